import { Player } from "../fixtures/servers/hostile-player.mjs";
import { call, type Era, isModern, notification, type Play, paramsOf, request, type Step } from "./attack.ts";

/** The folder in which the tool may read is another one in each run: in the table it is `/docs`. */
function inFolder(text: string, docs: string): string {
	return text.replaceAll('"/docs', () => `"${docs}`);
}

/** A call that is honest, after the attack. */
export const LAST = "last";

/** All that a host does: it begins, lists, does what the attack says, and calls once more. */
export function stepsOf({ host, first = false }: Play, era: Era): readonly Step[] {
	const begin = isModern(era)
		? []
		: [
				request(
					era,
					"initialize",
					{
						protocolVersion: era,
						capabilities: { sampling: {}, elicitation: { form: {}, url: {} }, roots: {} },
						clientInfo: { name: "host", version: "1.0.0" },
					},
					"i",
				),
				notification("notifications/initialized"),
			];
	const prelude = [...begin, request(era, "tools/list", {}, "l")];
	const steps = host ?? [call(era)];
	return [...(first ? [...steps, ...prelude] : [...prelude, ...steps]), { line: lastCall(era), wait: false }];
}

function lastCall(era: Era): string {
	return JSON.stringify({
		jsonrpc: "2.0",
		id: LAST,
		method: "tools/call",
		params: paramsOf(era, { name: "café", arguments: { honest: true } }),
	});
}

/** The bytes of a step, and the id of the request whose answer is waited for; null: none. */
export function written(step: Step, docs: string): { readonly bytes: Uint8Array; readonly id: string | number | null } {
	const text = typeof step === "string" ? step : "line" in step ? step.line : null;
	if (text !== null)
		return { bytes: new TextEncoder().encode(`${inFolder(text, docs)}\n`), id: typeof step === "string" ? idOf(text) : null };
	const bytes = new Player({ start: [step as Exclude<Step, string | { line: string }>] }, "").start().map((each) => each.bytes);
	return { bytes: bytes[0] ?? new Uint8Array(), id: null };
}

function idOf(text: string): string | number | null {
	try {
		const { id, method } = JSON.parse(text);
		return typeof method === "string" && (typeof id === "string" || typeof id === "number") ? id : null;
	} catch {
		return null;
	}
}
