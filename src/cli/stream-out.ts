import type { Writable } from "node:stream";

/** Writes, and waits while the reader is behind. False: there is no reader any more. */
export async function writeOut(stream: Writable, text: string): Promise<boolean> {
	if (stream.destroyed || stream.writableEnded) return false;
	if (stream.write(text)) return true;
	await new Promise<void>((resolve) => {
		const done = (): void => {
			for (const event of EVENTS) stream.off(event, done);
			resolve();
		};
		for (const event of EVENTS) stream.on(event, done);
	});
	return !stream.destroyed;
}

const EVENTS = ["drain", "close", "error"] as const;
