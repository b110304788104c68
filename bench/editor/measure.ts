import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { ensureEditorHost } from "../../src/setup/editor-host.mjs";
import { packageExtension } from "../../src/setup/package.mjs";
import { ROOT } from "../../test/editor/harness/editor-host.ts";
import { EMPTY_ID, packageEmpty, packageMeter } from "./packages.ts";
import type { Activation, Busy } from "./protocol.ts";
import { BenchWindow, type Opening } from "./window.ts";
import { type BenchWorkspace, makeWorkspace } from "./workspaces.ts";

/** How many servers the config files have. */
const SIZES = [1, 50, 1000] as const;

/** The windows, and the extension in each besides the meter. */
const WINDOWS = { none: null, empty: EMPTY_ID, sallyport: "sallyport.sallyport" } as const;
export type WindowName = keyof typeof WINDOWS;
export const WINDOW_NAMES = Object.keys(WINDOWS) as readonly WindowName[];

/** VS Code's own support for JSON, which is activated by the same files: how much an activation may cost. */
const PEER = "vscode.json-language-features";
export type ActivationName = "empty" | "sallyport" | "json";

/** What happened with one config file in one window in one round. */
export interface Go {
	readonly window: WindowName;
	readonly servers: number;
	readonly opening: Opening;
	/** While the file was opened, until all was quiet. */
	readonly openingBusy: Busy;
	/** Milliseconds from key to paint. */
	readonly keys: readonly number[];
	/** From the first key until all was quiet. */
	readonly typingBusy: Busy;
	/** How many places Sallyport found before anything was typed. */
	readonly findings: number;
}

export interface Measurements {
	/** The version of VS Code. */
	readonly vscode: string;
	readonly rounds: number;
	readonly activations: readonly { readonly of: ActivationName; readonly times: Activation }[];
	readonly goes: readonly Go[];
}

/** Measures everything in turns. Each measurement has an extension host of its own. Writes into a temporary folder alone, which it removes. */
export async function measure(rounds: number, say: (text: string) => void): Promise<Measurements> {
	const host = await ensureEditorHost(ROOT);
	const sallyport = await packageExtension(ROOT);
	const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-bench-")));
	const windows = new Map<WindowName, BenchWindow>();
	try {
		const [meter, empty] = await Promise.all([packageMeter(folder), packageEmpty(folder)]);
		const bare = path.join(folder, "workspace-0");
		fs.mkdirSync(bare);
		const workspaces = SIZES.map((servers) => ({ servers, workspace: makeWorkspace(path.join(folder, `workspace-${servers}`), servers) }));
		const vsixes: Readonly<Record<WindowName, readonly string[]>> = { none: [meter], empty: [meter, empty], sallyport: [meter, sallyport] };
		for (const name of WINDOW_NAMES) windows.set(name, await BenchWindow.open(host, path.join(folder, name), vsixes[name], bare));

		const vscode = (await windows.get("none")?.meter.ask("version")) ?? "";
		const activations: Measurements["activations"][number][] = [];
		const goes: Go[] = [];
		for (let round = 0; round < rounds; round++) {
			say(`round ${round + 1} of ${rounds}`);
			for (const [name, window] of inTurns(windows, round)) activations.push(...(await activate(name, window, bare)));
			for (const { servers, workspace } of workspaces)
				for (const [name, window] of inTurns(windows, round)) goes.push({ window: name, servers, ...(await go(name, window, workspace)) });
		}
		return { vscode, rounds, activations, goes };
	} finally {
		for (const window of windows.values()) await window.close();
		fs.rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
	}
}

/** Another one is first in each round. */
function inTurns<K, V>(map: ReadonlyMap<K, V>, round: number): readonly (readonly [K, V])[] {
	const all = [...map];
	const first = round % all.length;
	return [...all.slice(first), ...all.slice(0, first)];
}

async function activate(name: WindowName, window: BenchWindow, bare: string): Promise<Measurements["activations"]> {
	await window.openFolder(bare);
	await window.settle();
	if (name === "none") return [{ of: "json", times: await window.meter.ask("activate", PEER) }];
	return [{ of: name, times: await window.meter.ask("activate", WINDOWS[name]) }];
}

async function go(name: WindowName, window: BenchWindow, workspace: BenchWorkspace): Promise<Omit<Go, "window" | "servers">> {
	const id = WINDOWS[name];
	await window.openFolder(workspace.folder);
	const { meter } = window;
	if (id !== null) await meter.ask("active", id);
	await window.settle();

	await meter.ask("begin");
	const opening = await window.openConfig(workspace, name === "sallyport");
	await window.settle();
	const openingBusy = await meter.ask("end");

	// The squiggle that was waited for is Sallyport's, because nobody else has anything to say about these files.
	const counts = await meter.ask("diagnostics", path.join(workspace.folder, workspace.config));
	const { Sallyport: findings = 0, ...others } = counts;
	if (Object.keys(others).length > 0) throw new Error(`Others found something in the config file: ${Object.keys(others).join(", ")}.`);

	await meter.ask("begin");
	const keys = await window.type(workspace);
	await window.settle();
	const typingBusy = await meter.ask("end");
	await meter.ask("revert");
	return { opening, openingBusy, keys, typingBusy, findings };
}
