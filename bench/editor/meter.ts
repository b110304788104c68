// The meter: an extension that measures others from inside the extension host. It sleeps until it is asked.
import Module from "node:module";
import * as net from "node:net";
import { monitorEventLoopDelay, performance } from "node:perf_hooks";
import * as readline from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import * as vscode from "vscode";
import { type Activation, type Answer, type Question, SOCKET_VARIABLE } from "./protocol.ts";

/** Milliseconds: how long a host must have nothing to do until it counts as settled, and how long it may take. */
const QUIET_MS = 300;
const SETTLE_MS = 30_000;

const QUESTIONS: { readonly [Q in Question]: (argument: string) => Promise<Answer<Q>> } = {
	activate: activation,
	async active(id) {
		for (const deadline = Date.now() + SETTLE_MS; !extensionOf(id).isActive; await delay(50))
			if (Date.now() > deadline) throw new Error(`${id} did not become active.`);
		return null;
	},
	async settle() {
		for (const deadline = Date.now() + SETTLE_MS; ; ) {
			const before = performance.eventLoopUtilization();
			await delay(QUIET_MS);
			if (performance.eventLoopUtilization(before).utilization < 0.05) return null;
			if (Date.now() > deadline) throw new Error("The extension host did not settle.");
		}
	},
	async begin() {
		since = performance.eventLoopUtilization();
		delays.reset();
		delays.enable();
		return null;
	},
	async end() {
		delays.disable();
		const { active } = performance.eventLoopUtilization(since);
		return { busy: active, longest: delays.count === 0 ? 0 : delays.max / 1e6 };
	},
	async diagnostics(file) {
		const counts: Record<string, number> = {};
		for (const { source = "" } of vscode.languages.getDiagnostics(vscode.Uri.file(file))) counts[source] = (counts[source] ?? 0) + 1;
		return counts;
	},
	async version() {
		return vscode.version;
	},
	async revert() {
		await vscode.commands.executeCommand("workbench.action.files.revert");
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		return null;
	},
};

let since = performance.eventLoopUtilization();
const delays = monitorEventLoopDelay({ resolution: 5 });

export function activate(): void {
	const socket = net.connect(process.env[SOCKET_VARIABLE] ?? "");
	socket.on("error", () => {});
	readline.createInterface({ input: socket }).on("line", (line) => {
		const { id, question, argument } = JSON.parse(line) as { readonly id: number; readonly question: Question; readonly argument: string };
		QUESTIONS[question](argument).then(
			(value) => socket.write(`${JSON.stringify({ id, value })}\n`),
			(error: unknown) => socket.write(`${JSON.stringify({ id, error: String(error) })}\n`),
		);
	});
}

function extensionOf(id: string): vscode.Extension<unknown> {
	const extension = vscode.extensions.getExtension(id);
	if (extension === undefined) throw new Error(`${id} is not in this extension host.`);
	return extension;
}

/** Node's loader of CommonJS, which its types leave out. */
const loader = Module as unknown as { _load(request: string, ...rest: unknown[]): unknown };

/** Times the steps from within: the loader is watched for the extension's first file, and its `activate` is called through a clock. */
async function activation(id: string): Promise<Activation> {
	const extension = extensionOf(id);
	if (extension.isActive) throw new Error(`${id} is active already.`);
	const original = loader._load;
	let load = Number.NaN;
	let call = Number.NaN;
	loader._load = function (request, ...rest) {
		if (!request.startsWith(extension.extensionPath)) return original.call(this, request, ...rest);
		loader._load = original;
		const started = performance.now();
		const exported = original.call(this, request, ...rest) as { activate(context: vscode.ExtensionContext): unknown };
		load = performance.now() - started;
		return {
			...exported,
			activate(context: vscode.ExtensionContext): unknown {
				const called = performance.now();
				const result = exported.activate(context);
				call = performance.now() - called;
				return result;
			},
		};
	};
	const started = performance.now();
	await extension.activate();
	const whole = performance.now() - started;
	loader._load = original;
	if (Number.isNaN(load) || Number.isNaN(call)) throw new Error(`${id} was loaded past the clock.`);
	const before = performance.eventLoopUtilization();
	await delay(1000);
	return { load, call, whole, after: performance.eventLoopUtilization(before).active };
}
