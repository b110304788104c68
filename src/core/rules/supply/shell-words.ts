/** A part of a text, with its quotes and escapes taken off. */
export interface ShellWord {
	readonly text: string;
	/** Where it stands, quotes included. */
	readonly from: number;
	readonly to: number;
}

/** One command of a script, and how its output goes on. */
export interface ShellCommand {
	readonly words: readonly ShellWord[];
	/** True when the command after it reads what this one prints. */
	readonly piped: boolean;
}

/** `posix` takes a backslash for an escape; on Windows it stands in every path, and `cmd` takes a caret. */
export type ShellSyntax = "posix" | "windows" | "cmd";

/** How much of a text is read, in UTF-16 units. Linux starts nothing with a longer argument; whoever meets one says so. */
export const LONGEST_ARGUMENT = 131_072;

/**
 * The commands of a script, in order: split at `;`, `&`, `|`, parentheses, backquotes and line ends, outside of quotes. What stands in
 * quotes is one word, `$(…)` in it included. What a group in parentheses or braces prints goes on as that of its commands does. Good enough to see what is started; no shell. Linear in the text.
 */
export function shellCommands(text: string, syntax: ShellSyntax): readonly ShellCommand[] {
	const script = text.slice(0, LONGEST_ARGUMENT);
	const commands: Open[] = [];
	const groups: number[] = [];
	/** Where the group began that has just ended; null: none has. */
	let ended: number | null = null;
	let words: ShellWord[] = [];
	let at = 0;
	const finish = (piped: boolean): void => {
		const [first] = words;
		if (words.length === 1 && first?.text === "}" && syntax === "posix") {
			words = [];
			ended = groups.pop() ?? null;
		}
		if (words.length === 0) {
			// No group of a person's has more.
			if (piped && ended !== null) for (const command of commands.slice(ended, ended + 100)) command.piped = true;
			return;
		}
		if (first?.text === "{" && syntax === "posix") groups.push(commands.length);
		commands.push({ words, piped });
		words = [];
	};
	while (at < script.length) {
		const c = script.charAt(at);
		if (/\s/.test(c)) {
			if (c === "\n") finish(false);
			at++;
		} else if (OPERATOR.test(c)) {
			const next = script.charAt(at + 1);
			const doubled = next === c && /[|&;]/.test(c);
			finish(c === "|" && !doubled);
			if (c === "(") groups.push(commands.length);
			ended = c === ")" ? (groups.pop() ?? null) : null;
			at += doubled || (c === "|" && next === "&") ? 2 : 1;
		} else if (c === "#" && syntax === "posix") {
			const end = script.indexOf("\n", at);
			at = end < 0 ? script.length : end;
		} else {
			const word = readWord(script, at, syntax);
			words.push(word);
			at = word.to;
		}
	}
	finish(false);
	return commands;
}

interface Open extends ShellCommand {
	piped: boolean;
}

const OPERATOR = /[;&|()`]/;

function readWord(script: string, from: number, syntax: ShellSyntax): ShellWord {
	const parts: string[] = [];
	let at = from;
	while (at < script.length) {
		const c = script.charAt(at);
		if (/\s/.test(c)) break;
		if (c === '"' || (c === "'" && syntax === "posix")) {
			const end = quoteEnd(script, at, syntax);
			const quoted = script.slice(at + 1, end);
			parts.push(c === '"' && syntax === "posix" && quoted.includes("\\") ? quoted.replace(/\\([\\"$`])/g, "$1") : quoted);
			at = end + 1;
		} else if (c === (syntax === "cmd" ? "^" : "\\") && syntax !== "windows") {
			parts.push(script.charAt(at + 1));
			at += 2;
		} else if (OPERATOR.test(c)) {
			// `2>&1`, and a file that is opened in passing: `<(…)`.
			if (c !== "&" || !/[<>]/.test(script.charAt(at - 1))) break;
			parts.push(c);
			at++;
		} else {
			parts.push(c);
			at++;
		}
	}
	return { text: parts.join(""), from, to: Math.min(at, script.length) };
}

function quoteEnd(script: string, open: number, syntax: ShellSyntax): number {
	const quote = script.charAt(open);
	for (let at = open + 1; at < script.length; at++) {
		if (script[at] === "\\" && quote === '"' && syntax === "posix") at++;
		else if (script[at] === quote) return at;
	}
	return script.length;
}
