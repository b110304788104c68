import { LONGEST_LINE } from "../../core/live/bounds.ts";
import { type LiveLine, parseLiveLine } from "../../core/live/message.ts";
import { LineSplitter } from "../../core/protocol/frame.ts";
import { connectTo, type LiveFolder, removeStale, socketName } from "./folder.ts";

export interface ConnectionListener {
	/** The first is the `hello` of this session, and there is no other one. */
	said(line: LiveLine): void;
	/** `greeted`: there was a `hello`. */
	closed(greeted: boolean): void;
}

/** Connects to one launcher. A dead one's socket is removed. Null: there is no socket of this user's. */
export function listenTo(folder: LiveFolder, session: string, listener: ConnectionListener): { dispose(): void } | null {
	const name = socketName(session);
	const socket = connectTo(folder, name);
	if (socket === null) return null;
	socket.unref();
	let greeted = false;
	const hear = (line: LiveLine | null): void => {
		const hello = line?.message.kind === "hello" ? line.message : null;
		// Another version, or something else that listens there.
		if (!greeted && hello?.session !== session) socket.destroy();
		else if (line !== null && greeted === (hello === null)) {
			greeted = true;
			listener.said(line);
		}
	};
	const splitter = new LineSplitter(LONGEST_LINE);
	socket.on("data", (chunk: Buffer) => {
		for (const event of splitter.push(chunk)) {
			// A line without an end is no launcher's.
			if (event.kind === "too-long") socket.destroy();
			else hear(parseLiveLine(textOf(event.line)));
			if (socket.destroyed) return;
		}
	});
	socket.on("error", (error: NodeJS.ErrnoException) => {
		if (error.code === "ECONNREFUSED") removeStale(folder, name);
	});
	socket.once("close", () => listener.closed(greeted));
	return {
		dispose() {
			socket.removeAllListeners("close");
			socket.destroy();
		},
	};
}

/** Empty for bytes that are no UTF-8. */
function textOf(bytes: Uint8Array): string {
	try {
		return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
	} catch {
		return "";
	}
}
