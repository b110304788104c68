import { Writable } from "node:stream";
import { askLine } from "./ask-line.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** An output that keeps what is written, so that it can be shown page by page. */
class Kept extends Writable {
	readonly isTTY: boolean;
	readonly columns: number;
	text = "";

	constructor({ isTTY, columns }: Io["stdout"]) {
		super({ decodeStrings: false });
		this.isTTY = isTTY === true;
		this.columns = columns ?? 0;
	}

	override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
		this.text += chunk;
		done();
	}
}

/**
 * Shows all that `show` says; on a terminal page by page where it is more than that has rows, so that nobody answers a question whose beginning they
 * never saw. False: the person wants to leave everything as it is.
 */
export async function paged(io: Io, out: Io, show: (to: Io) => void): Promise<boolean> {
	const rows = io.stdout.rows ?? 0;
	if (io.stdin.isTTY !== true || io.stdout.isTTY !== true || rows < FEWEST_ROWS) {
		show(out);
		return true;
	}
	const kept = new Kept(out.stdout);
	show({ ...out, stdout: kept });
	const lines = kept.text.replace(/\n$/, "").split("\n");
	const page = rows - 2;
	for (let at = 0; at < lines.length; at += page) {
		for (const line of lines.slice(at, at + page)) say(out, line);
		const left = lines.length - at - page;
		if (left > 0 && !(await goOn(io, left))) return false;
	}
	return true;
}

const FEWEST_ROWS = 8;

async function goOn(io: Io, left: number): Promise<boolean> {
	const typed = await askLine(io, `-- ${left} more ${left === 1 ? "line" : "lines"}: Enter shows them, q leaves everything as it is -- `);
	return typed !== null && !/^\s*q/i.test(typed);
}
