import type { Scene } from "./scene.ts";

/** The grants under which the hostile server is started; see `person.ts` for what each of them holds. */
export type Entry = "bare" | "reader" | "writer" | "network" | "limited";

/** What an attack's program has inside the server: Node's modules, and a few short ways to use them. */
export interface Hostile<S> {
	readonly childProcess: typeof import("node:child_process");
	readonly dgram: typeof import("node:dgram");
	readonly dns: typeof import("node:dns");
	readonly fs: typeof import("node:fs");
	readonly http: typeof import("node:http");
	readonly net: typeof import("node:net");
	readonly os: typeof import("node:os");
	readonly path: typeof import("node:path");
	readonly tls: typeof import("node:tls");
	readonly process: NodeJS.Process;
	readonly Buffer: BufferConstructor;
	readonly settings: S;
	/** Goes into the tool's result, which is one of the ways out. */
	say(...words: unknown[]): void;
	sleep(ms: number): Promise<void>;
	/** Until the program ends or says READY; gives what it said. */
	run(command: string, args: readonly string[], options?: object): Promise<string>;
	perl(text: string, ...args: string[]): Promise<string>;
	sh(text: string, ...args: string[]): Promise<string>;
	/** What came back, or how it failed. */
	connect(where: import("node:net").NetConnectOpts, bytes: string | Buffer): Promise<string>;
	/** The proxy that the environment names; null without one, and then an attack goes straight to what it wants. */
	readonly proxy: { readonly host: string; readonly port: number; readonly auth: string } | null;
}

export type Family =
	| "reading"
	| "writing"
	| "network"
	| "sockets and IPC"
	| "egress"
	| "kernel"
	| "other processes"
	| "exhaustion"
	| "staying behind"
	| "other servers"
	| "the host's screen and pipe";

/** One attack. Whether it got through is decided by looking from the host, never by what it says of itself. */
export interface Attack<S = unknown> {
	/** Kebab-case, unique. */
	readonly name: string;
	readonly family: Family;
	/** What it tries, for people: "read …". */
	readonly title: string;
	readonly entry: Entry;
	/** Why it cannot be tried here; null: it can. Undefined: always. */
	readonly impossible?: (scene: Scene) => string | null;
	/** Why it fails on some machines even without a sandbox; there it proves nothing. Undefined: it works everywhere. */
	readonly mayNotWork?: string;
	/** Puts in place what the attack needs, and gives the program its settings. Runs on the host, as whoever runs the suite. */
	readonly prepare: (scene: Scene) => S | Promise<S>;
	/** Sent to the server as text, so it may use nothing but its argument. */
	readonly program: (hostile: Hostile<S>) => unknown;
	/** Did it get through? Looks while the server still runs; `settings` are what `prepare` gave. */
	readonly escaped: (scene: Scene, settings: S) => boolean | Promise<boolean>;
}

export function attack<S>(each: Attack<S>): Attack {
	return each as Attack;
}
