import * as vscode from "vscode";
import { plain } from "../core/plain-text.ts";
import type { Problem } from "../core/result.ts";
import { maskDetected } from "../core/secrets/redact.ts";

/**
 * Sallyport's output channel. Every line is made plain and has whatever looks like a credential masked; nothing that is known to be
 * secret may be handed to it in the first place.
 */
export interface Log extends vscode.Disposable {
	info(text: string): void;
	warn(text: string): void;
	problem(problem: Problem): void;
	/** A bug: its kind and where it happened, never its text, which may hold anything. */
	bug(where: string, error: unknown): void;
	show(): void;
}

export function openLog(): Log {
	const channel = vscode.window.createOutputChannel("Sallyport", { log: true });
	const safe = (text: string): string => plain(maskDetected(text));
	return {
		info: (text) => channel.info(safe(text)),
		warn: (text) => channel.warn(safe(text)),
		problem: ({ code, message, remedy }) => channel.warn(safe(`${code}: ${message} ${remedy}`)),
		bug: (where, error) =>
			channel.error(safe(`${where}: internal error (${error instanceof Error ? error.name : "unknown"}) ${placeOf(error)}`)),
		show: () => channel.show(true),
		dispose: () => channel.dispose(),
	};
}

/** The first frame of the stack that is ours: a function and a line, no text. */
function placeOf(error: unknown): string {
	const frames = error instanceof Error ? (error.stack ?? "").split("\n").slice(1) : [];
	return (
		/at (?:async )?([\w.$<>]+) .*:(\d+:\d+)\)?$/
			.exec(frames[0] ?? "")
			?.slice(1)
			.join(" ") ?? ""
	);
}
