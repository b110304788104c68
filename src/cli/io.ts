import type { Readable, Writable } from "node:stream";

/** Where text goes. Of a terminal it may be known how many columns and rows it has; undefined or 0: not. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };

/** What a command may touch of the process it runs in; tests hand in their own. */
export interface Io {
	readonly cwd: string;
	readonly env: Readonly<Record<string, string | undefined>>;
	readonly stdin: Readable & { readonly isTTY?: boolean };
	readonly stdout: Output;
	readonly stderr: Output;
}

/** 0 yes, 1 no, 2 could not. */
export type ExitCode = 0 | 1 | 2;
