import type { Problem } from "../../core/result.ts";
export function diagnoseStart(said: string): Problem {
	return { code: "sandbox-failed", message: `The sandbox could not be set up: ${said.trim()}`, remedy: "Run: sallyport doctor" };
}
