// Started by activation.test.ts: activates the built extension EXTENSION, in an editor that is nothing but a stub, with a WINDOW as JSON.
// It ends when nothing is left to do, or at the first touch of the disk, the network or another process; then it prints what it saw.
import child from "node:child_process";
import dgram from "node:dgram";
import dns from "node:dns";
import fs from "node:fs";
import { createRequire, Module } from "node:module";
import net from "node:net";
import * as path from "node:path";
import * as z from "zod/mini";

const [extension = "", window = "{}"] = process.argv.slice(2);
const { folders, documents } = z.object({ folders: z.array(z.string()), documents: z.array(z.string()) }).parse(JSON.parse(window));
const extensionPath = path.dirname(path.dirname(extension));
const packageJSON = JSON.parse(fs.readFileSync(path.join(extensionPath, "package.json"), "utf8"));

const print = fs.writeSync;
const touched: string[] = [];
const asked = new Set<string>();
const registered: string[] = [];
let isActivating = false;

/** One is enough to know. */
function touch(what: string): never {
	touched.push(what);
	process.exit();
}

/** Every function of a module, before the extension is loaded and takes any out of it. */
function guard(name: string, owner: object): void {
	for (const [key, value] of Object.entries(owner)) {
		if (typeof value !== "function" || /^[A-Z_]|^(?:isIP|getDefault|setDefault)/.test(key)) continue;
		const guarded = function (this: unknown, ...args: unknown[]): unknown {
			if (!isActivating) return Reflect.apply(value, this, args);
			return touch(`${name}.${key}`);
		};
		Object.assign(owner, { [key]: Object.assign(guarded, value) });
	}
}
guard("fs", fs);
guard("fs.promises", fs.promises);
guard("child_process", child);
guard("net", net);
guard("dgram", dgram);
guard("dns", dns);
const { connect } = net.Socket.prototype;
net.Socket.prototype.connect = function (this: net.Socket, ...args: never): net.Socket {
	if (isActivating) touch("net.Socket.connect");
	return Reflect.apply(connect, this, args);
};

/** Stands for everything that the editor offers: it can be called, made, read and gone through, and does nothing. */
function anything(name: string, known: Readonly<Record<string, unknown>> = {}): object {
	return new Proxy(function nothing() {}, {
		get: (_, key) => {
			if (typeof key === "string" && Object.hasOwn(known, key)) return known[key];
			if (key === Symbol.iterator) return [][Symbol.iterator];
			if (key === Symbol.toPrimitive) return () => "";
			// No promise, so that it can be awaited.
			return key === "then" ? undefined : anything(`${name}.${String(key)}`);
		},
		set: () => true,
		apply: (_, __, args) => {
			// What the editor would do on the disk for us.
			if (/\.(?:fs\.\w+|findFiles|createFileSystemWatcher|openTextDocument|save\w*)$/.test(name)) {
				asked.add(`${name.replace(/^vscode\./, "")} ${String(args[0]?.path ?? args[0])}`);
				if (name.startsWith("vscode.workspace.fs.")) return Promise.reject(new Error("not found"));
				if (name.endsWith(".findFiles")) return Promise.resolve([]);
			}
			return anything(`${name}()`);
		},
		construct: () => anything(name),
	});
}

function uri(file: string): object {
	return { scheme: "file", path: file, fsPath: file, toString: () => `file://${file}` };
}

const vscode = anything("vscode", {
	commands: anything("vscode.commands", {
		registerCommand: (id: string) => {
			registered.push(id);
			return anything("vscode.Disposable");
		},
	}),
	workspace: anything("vscode.workspace", {
		isTrusted: true,
		workspaceFolders: folders.map((folder, index) => ({ uri: uri(folder), name: path.basename(folder), index })),
		textDocuments: documents.map((file) => ({
			...{ uri: uri(file), languageId: "json", version: 1, isClosed: false, isDirty: false },
			getText: () => "{}",
		})),
		getConfiguration: () => ({ get: () => undefined }),
	}),
	Uri: anything("vscode.Uri", {
		from: ({ path: file }: { readonly path: string }) => uri(file),
		file: uri,
		joinPath: (base: { readonly path: string }, ...more: string[]) => uri(path.join(base.path, ...more)),
	}),
});

const require = createRequire(import.meta.url);
const load = Reflect.get(Module, "_load");
Reflect.set(Module, "_load", (request: string, ...rest: unknown[]) => {
	// The bundle copies a module's own properties, and has the others from its prototype.
	if (request === "vscode") return Object.create(vscode);
	if (isActivating && !request.startsWith("node:")) touch(`require ${request}`);
	return Reflect.apply(load, Module, [request, ...rest]);
});
const { activate } = require(extension);
const state = { get: () => undefined, update: async () => {}, keys: () => [] };
const subscriptions: unknown[] = [];
process.on("exit", () => {
	isActivating = false;
	print(1, JSON.stringify({ touched, asked: [...asked].sort(), registered, parts: subscriptions.length }));
});
isActivating = true;
activate({
	...{ subscriptions, extensionPath, extension: { id: "sallyport.sallyport", packageJSON }, globalState: state, workspaceState: state },
	globalStorageUri: uri("/nowhere/User/globalStorage/sallyport.sallyport"),
});
