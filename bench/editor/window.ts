import * as fs from "node:fs";
import * as path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod/mini";
import type { EditorHost } from "../../src/setup/editor-host.mjs";
import { installExtension, makeProfile, startEditorServer } from "../../src/setup/editor-server.mjs";
import { Workbench } from "../../test/editor/harness/workbench.ts";
import { listenForMeters, type Meter, type MeterLink } from "./link.ts";
import { SOCKET_VARIABLE } from "./protocol.ts";
import { type BenchWorkspace, TYPED_AFTER } from "./workspaces.ts";

const IN_PAGE = fs.readFileSync(path.join(import.meta.dirname, "in-page.js"), "utf8");

/** Milliseconds between two keys of a burst: somebody who types fast. */
const KEY_MS = 55;
const BURST = 10;
/** Milliseconds after a burst. Sallyport judges 250 ms after the last key, so what it does then falls into the next burst, or not. */
const PAUSES_MS = [265, 290, 320, 360, 420, 600] as const;
/** Keys of one go. */
const KEYS = BURST * PAUSES_MS.length;
export const PAUSES = PAUSES_MS.length;

const Opening = z.object({ text: z.number(), squiggle: z.nullable(z.number()) });
/** Milliseconds from the key that opens a file to its text, and to the first squiggle; null where none is waited for. */
export type Opening = z.infer<typeof Opening>;

/** An editor with the meter and at most one more extension, and a window of it. */
export class BenchWindow {
	readonly #workbench: Workbench;
	readonly #link: MeterLink;
	readonly #stop: () => Promise<void>;
	#meter: Meter;

	private constructor(workbench: Workbench, link: MeterLink, stop: () => Promise<void>, meter: Meter) {
		this.#workbench = workbench;
		this.#link = link;
		this.#stop = stop;
		this.#meter = meter;
	}

	/**
	 * @param folder is made, and keeps everything that the editor writes
	 * @param first is opened at once, and counts for nothing
	 */
	static async open(host: EditorHost, folder: string, vsixes: readonly string[], first: string): Promise<BenchWindow> {
		const home = path.join(folder, "home");
		fs.mkdirSync(home, { recursive: true });
		const socket = path.join(folder, "meter.sock");
		// Nothing of the person's: no home, no keychain.
		const kept = Object.entries(process.env).filter(([name]) => !/^(?:XDG_|DBUS_|SALLYPORT_|NODE_|npm_)/.test(name));
		const env = { ...Object.fromEntries(kept), HOME: home, [SOCKET_VARIABLE]: socket };
		makeProfile(folder, {});
		for (const vsix of vsixes) await installExtension(host, folder, vsix, env);
		const link = await listenForMeters(socket);
		const server = await startEditorServer(host, folder, { env, flags: ["--disable-workspace-trust"] });
		const stop = async (): Promise<void> => {
			link.close();
			await server.stop();
		};
		try {
			const next = link.next();
			const workbench = await Workbench.open({ profile: folder, server, stop }, first);
			return new BenchWindow(workbench, link, stop, await next);
		} catch (error) {
			await stop();
			throw error;
		}
	}

	/** Opens a folder in a new extension host; what the window showed before is gone. */
	async openFolder(folder: string): Promise<void> {
		const next = this.#link.next();
		await this.#workbench.openFolder(folder);
		this.#meter = await next;
		await this.#workbench.page.evaluate(IN_PAGE);
	}

	/** What is asked here is asked of the extension host of the folder that is open. */
	get meter(): Meter {
		return this.#meter;
	}

	/** Waits until neither the extension host nor the window has anything to do. */
	async settle(): Promise<void> {
		await this.#meter.ask("settle");
		await this.#workbench.page.evaluate("new Promise((resolve) => requestIdleCallback(resolve, { timeout: 10_000 }))");
	}

	/** Opens the config file as a person does, by its name. */
	async openConfig({ config }: BenchWorkspace, squiggle: boolean): Promise<Opening> {
		await this.#start(`opening(${squiggle})`);
		await this.#workbench.openFile(config);
		return Opening.parse(await this.#result());
	}

	/** Types `KEYS` letters on the value behind the caret, in bursts. Milliseconds from key to paint. */
	async type({ caret }: BenchWorkspace): Promise<readonly number[]> {
		await this.#workbench.goTo(caret.line, caret.column);
		await this.settle();
		await this.#start(`typing(${JSON.stringify(TYPED_AFTER)}, ${KEYS})`);
		for (const pause of PAUSES_MS) {
			for (let i = 0; i < BURST; i++) {
				const next = delay(KEY_MS + Math.random() * 16);
				await this.#workbench.page.keyboard.press(letter());
				await next;
			}
			await delay(pause - KEY_MS);
		}
		return z.array(z.number()).parse(await this.#result());
	}

	async close(): Promise<void> {
		await this.#workbench.close();
		await this.#stop();
	}

	async #start(call: string): Promise<void> {
		await this.#workbench.page.evaluate(`{ sallyportBench.result = sallyportBench.${call}; null }`);
	}

	/** What was started last comes to an end, or is given up. */
	async #result(): Promise<unknown> {
		const late = "new Promise((resolve) => setTimeout(resolve, 20_000, null))";
		const result = await this.#workbench.page.evaluate(`Promise.race([sallyportBench.result, ${late}])`);
		if (result === null) throw new Error("The window never showed what was waited for.");
		return result;
	}
}

function letter(): string {
	return String.fromCharCode(97 + Math.floor(Math.random() * 26));
}
