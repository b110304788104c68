import { decodeBase64 } from "./base64.ts";

export function looksLikeJwt(text: string): boolean {
	return /^eyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]*$/.test(text);
}

/** The claims of a JWT, its signature unseen; null when it does not decode. */
export function decodeJwt(text: string): { readonly payload: Readonly<Record<string, unknown>> } | null {
	const decoded = decodeBase64(text.split(".")[1] ?? "");
	if (decoded === null) return null;
	try {
		const payload: unknown = JSON.parse(decoded);
		if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return null;
		return { payload: Object.fromEntries(Object.entries(payload)) };
	} catch {
		return null;
	}
}
