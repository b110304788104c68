import type { Readable, Writable } from "node:stream";

/** What a command may touch of the process it runs in; tests hand in their own. */
export interface Io {
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly stdin: Readable & { readonly isTTY?: boolean };
	readonly stdout: Writable & { readonly isTTY?: boolean };
	readonly stderr: Writable & { readonly isTTY?: boolean };
}

/** 0 yes, 1 no, 2 could not. */
export type ExitCode = 0 | 1 | 2;
