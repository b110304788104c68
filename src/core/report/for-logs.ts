/**
 * JSON text for a stream that people and build logs read: the value that a program reads is the same. JSON itself escapes only some of
 * what can drive a terminal, and a build server takes `##[…]` anywhere in a line for a command.
 */
export function jsonForLogs(json: string): string {
	// Most of it is plain, and it may be long.
	if (/^[\0-\x7e]*$/.test(json)) return json.replaceAll("##[", "#\\u0023[");
	return json
		.replace(/[\u007f-\u009f\u2028\u2029]|\p{Cf}/gu, (c) => {
			let escaped = "";
			for (let i = 0; i < c.length; i++) escaped += `\\u${c.charCodeAt(i).toString(16).padStart(4, "0")}`;
			return escaped;
		})
		.replaceAll("##[", "#\\u0023[");
}

/**
 * Lines for people, on a stream that a build server may read for commands (`##[…]` anywhere, `::…` where a line begins): what would be
 * one is shown, and is none.
 */
export function textForLogs(text: string): string {
	return text.replaceAll("##[", "#\\u0023[").replace(/^([ \t]*):(?=:)/gm, "$1\\u003a");
}
