import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { type EditorHost, findEditorHost } from "../../../src/setup/editor-host.mjs";
import { type EditorServer, installExtension, makeProfile, startEditorServer } from "../../../src/setup/editor-server.mjs";
import { packagesOf } from "../../../src/setup/package.mjs";

export const ROOT = path.resolve(import.meta.dirname, "..", "..", "..");

export interface EditorOptions {
	/** The whole environment of the editor, its extensions and what they start: a throw-away HOME belongs in it (`World.env`). */
	readonly env: Readonly<Record<string, string>>;
	/** Whether every folder is trusted. When not, the window opens in Restricted Mode and asks nothing; the person may still trust it. Default: trusted. */
	readonly trusted?: boolean;
	/** User settings besides the quiet ones. */
	readonly settings?: Readonly<Record<string, unknown>>;
	/** Lets a suite run inside the extension host. It hides notifications, so a walk through the window never uses it. */
	readonly testDriver?: boolean;
	/** The extension to install; `null`: none. Default: the packaged one. */
	readonly vsix?: string | null;
	/** Another one to install beside it. Default: none. */
	readonly companion?: string;
	/** A command that runs the one which follows it: what the editor is started with, and all that it starts. Default: none. */
	readonly within?: readonly string[];
}

/** A throw-away editor. */
export interface Editor {
	/** Everything it writes is here, logs and state among it. */
	readonly profile: string;
	/** Where a browser finds it. */
	readonly server: EditorServer;
	/** Ends it and removes its profile. */
	stop(): Promise<void>;
}

/** Starts an editor with a profile of its own and the packaged extension in it. */
export async function startEditor(options: EditorOptions): Promise<Editor> {
	const { env, trusted = true, testDriver = false, vsix = packagesOf(ROOT).vsix } = options;
	const profile = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-editor-")));
	const settings = { ...(trusted ? {} : { "security.workspace.trust.startupPrompt": "never" }), ...options.settings };
	try {
		const host = findEditorHost(ROOT);
		if (host === null) throw new Error("No editor is in .cache/editor. npm test fetches it.");
		makeProfile(profile, settings);
		for (const each of [vsix, options.companion ?? null]) if (each !== null) await installExtension(host, profile, each, env);
		const flags = [
			...(trusted ? ["--disable-workspace-trust"] : []),
			...(testDriver ? ["--vscode-option", "enable-smoke-test-driver"] : []),
		];
		const server = await startEditorServer(startedWithin(host, profile, options.within), profile, { env, flags });
		return {
			profile,
			server,
			async stop() {
				await server.stop();
				removeProfile(profile);
			},
		};
	} catch (error) {
		removeProfile(profile);
		throw error;
	}
}

/** The host whose Node is started by a command: a script does it, for a host names one program. */
function startedWithin(host: EditorHost, profile: string, within: readonly string[] = []): EditorHost {
	if (within.length === 0) return host;
	const quoted = [...within, host.node].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
	const node = path.join(profile, "node-within");
	fs.writeFileSync(node, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
	return { ...host, node };
}

/** A process that is being ended may still write. */
function removeProfile(profile: string): void {
	fs.rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
}
