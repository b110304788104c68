import * as z from "zod/mini";

/** Milliseconds. */
const ms = z.number();

/**
 * What the meter inside an extension host is asked, and what it answers. Each question has one argument, a text, which may be empty.
 * Clocks of two processes are never compared.
 */
export const ANSWERS = {
	/** Activates the extension with this id, which must not be active yet. */
	activate: z.object({
		/** Reading and running its bundle. */
		load: ms,
		/** The call of `activate()` until it returns. */
		call: ms,
		/** From asking for it to the end of what `activate()` promised, the editor's own part in it included. */
		whole: ms,
		/** How busy the host was in the second afterwards: what the activation put off. */
		after: ms,
	}),
	/** Waits until the extension with this id is active. */
	active: z.null(),
	/** Waits until the host has nothing to do. */
	settle: z.null(),
	/** Starts counting. */
	begin: z.null(),
	end: z.object({
		/** The time that the host did not wait for something to do, since `begin`. */
		busy: ms,
		/** The longest time that the host could do nothing else. */
		longest: ms,
	}),
	/** How many diagnostics the file at this path has, by their source. */
	diagnostics: z.record(z.string(), z.number()),
	/** Of VS Code. */
	version: z.string(),
	/** Takes back what was typed and closes every editor. */
	revert: z.null(),
} as const;

export type Question = keyof typeof ANSWERS;
export type Answer<Q extends Question> = z.infer<(typeof ANSWERS)[Q]>;

export type Activation = Answer<"activate">;
export type Busy = Answer<"end">;

/** The environment variable that tells the meter where it is asked from: a Unix socket. */
export const SOCKET_VARIABLE = "SALLYPORT_BENCH_SOCKET";
