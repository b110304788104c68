import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { styleText } from "node:util";
import { NOT_AVAILABLE } from "../core/protocol/answers.ts";
import { homePath, openHome } from "../platform/home.ts";
import { lastResolved } from "../platform/packages/resolved.ts";
import { resolveReference } from "../platform/vault/index.ts";
import { call, connect, startAsHost } from "./host.ts";
import { createWorld, type Outcome, removeWorld, sallyport, type World } from "./world.ts";

/** What `npm start` does: the way of one person from a plaintext token to a confined server, on real parts, checked at every step. */

const EVERYTHING = "@modelcontextprotocol/server-everything";
const failures: string[] = [];
let checks = 0;

function print(line = ""): void {
	process.stdout.write(`${line}\n`);
}

function paint(style: "bold" | "dim" | "green" | "red", text: string): string {
	return styleText(style, text, { stream: process.stdout, validateStream: true });
}

function step(number: number, title: string, what: string): void {
	print();
	print(paint("bold", `${number}. ${title}`));
	print(`   ${what}`);
}

/** One thing that must be true. */
function check(what: string, held: boolean): void {
	checks++;
	if (!held) failures.push(what);
	print(`   ${held ? paint("green", "✓") : paint("red", "✗ NOT TRUE:")} ${what}`);
}

/** Runs a command and shows it with what it printed, as in a terminal. */
async function show(world: World, ...args: string[]): Promise<Outcome> {
	print();
	print(
		`   ${paint("bold", "$")} sallyport ${args.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(" ")}`,
	);
	const outcome = await sallyport(world, args);
	for (const line of `${outcome.stderr}${outcome.stdout}`.trimEnd().split("\n")) print(`   ${paint("dim", "│")} ${line}`);
	return outcome;
}

async function scan(world: World): Promise<void> {
	step(1, "scan", "What is unsafe in this workspace's MCP config files?");
	const outcome = await show(world, "scan");
	check("the token in .vscode/mcp.json was found", /\.vscode\/mcp\.json:\d+:\d+.*secret-/.test(outcome.stdout));
	check("the path that is too wide in .cursor/mcp.json was found", /\.cursor\/mcp\.json:\d+:\d+.*wide-path/.test(outcome.stdout));
	check("the token itself was not printed", !`${outcome.stdout}${outcome.stderr}`.includes(world.token));
	check("the exit code says that there is something (1)", outcome.code === 1);
}

async function fix(world: World): Promise<"keychain" | "sealed"> {
	step(2, "fix", "Move the token out of the file; leave a reference that every host can start.");
	let vault: "keychain" | "sealed" = "keychain";
	let outcome = await show(world, "fix");
	if (outcome.code === 2) {
		print();
		print("   No keychain can be reached here, so this run takes the other vault: an encrypted file in Sallyport's home.");
		vault = "sealed";
		outcome = await show(world, "fix", "--vault", "sealed");
	}
	const config = fs.readFileSync(path.join(world.workspace, ".vscode", "mcp.json"), "utf8");
	const reference = `${vault}://everything/GITHUB_TOKEN`;
	check("the file holds a reference instead of the token", config.includes(reference) && !config.includes(world.token));
	check("the comments of the file are still there", config.includes("// A server with a token in plain text"));
	const home = openHome(homePath(world.env));
	const back = home.ok ? await resolveReference({ scheme: vault, path: "everything/GITHUB_TOKEN" }, home.value) : home;
	check(`the ${vault === "keychain" ? "OS keychain" : "encrypted file"} gives the very token back`, back.ok && back.value === world.token);
	check("the token was not printed", !`${outcome.stdout}${outcome.stderr}`.includes(world.token));
	const wrap = await show(world, "wrap", "--all");
	check(
		"the other servers go through the launcher too",
		wrap.code === 0 && fs.readFileSync(path.join(world.workspace, ".cursor", "mcp.json"), "utf8").includes(".sallyport/bin/sallyport"),
	);
	return vault;
}

async function approve(world: World, vault: "keychain" | "sealed"): Promise<void> {
	step(3, "approve", "Say what each server may do. This home is a throw-away one, as in CI, so --yes stands in for a person.");
	const vscode = ["--file", ".vscode/mcp.json"];
	await show(world, "allow", "everything", ...vscode, "--secret", `env:GITHUB_TOKEN=${vault}://everything/GITHUB_TOKEN`, "--yes");
	const listed = await show(world, "tools", "list", "everything", ...vscode);
	check("the server was installed, started confined, and listed its tools: none allowed", /\b0 allowed/.test(listed.stdout));
	const allowed = await show(world, "tools", "allow", "everything", "get-env", "gzip-file-as-resource", ...vscode, "--yes");
	check("two of its tools were granted and pinned", allowed.code === 0);
	await show(world, "allow", "files", "--read", "docs", "--write", "notes", "--yes");
	const files = await show(world, "tools", "allow", "files", "read_text_file", "write_file", "--yes");
	check("the file server may read docs, write notes, and offer two tools", files.code === 0);
}

async function launch(world: World): Promise<void> {
	step(4, "launch", "Start the entries exactly as a host would, with the MCP SDK's own client.");
	print();
	const listener = await countConnections();
	try {
		await launchEverything(world, listener);
		await launchFiles(world);
	} finally {
		listener.close();
	}
}

async function launchEverything(world: World, listener: Listener): Promise<void> {
	const client = await startAsHost(world, ".vscode/mcp.json", "everything");
	const { tools } = await client.listTools();
	check(`everything lists two tools: ${tools.map(({ name }) => name).join(", ")}`, tools.length === 2);
	const env = await call(client, "get-env", {});
	// What is taken out is the very value that the vault gave.
	const kept = /GITHUB_TOKEN\\*":\s*\\*"\[redacted\]/.test(env.text) && !env.text.includes(world.token);
	check("a granted call succeeds; the server has its token, and cannot say it", env.ok && kept);
	check("of the host's environment it has nothing else", !env.text.includes(world.hostSecret));
	const refused = await call(client, "get-sum", { a: 1, b: 2 });
	check(`a tool that was not granted is refused: “${NOT_AVAILABLE}”`, !refused.ok && refused.text.includes(NOT_AVAILABLE));
	const fetched = await call(client, "gzip-file-as-resource", { name: "x.gz", data: listener.url });
	check("it cannot open a connection", !fetched.ok && listener.count() === 0);
	await client.close();

	const home = openHome(homePath(world.env));
	const line = {
		kind: "package",
		registry: "npm",
		spec: { name: EVERYTHING, range: null },
		bin: null,
		runtime: "script",
		args: [],
	} as const;
	const stored = home.ok ? lastResolved(home.value, line) : null;
	if (stored === null) return check("the package is in the store", false);
	const bare = await connect({
		command: process.execPath,
		args: [stored.run.bin],
		env: { ...world.env, GZIP_ALLOWED_DOMAINS: "127.0.0.1" },
		cwd: world.workspace,
	});
	await call(bare, "gzip-file-as-resource", { name: "x.gz", data: listener.url });
	check("(the same call, without Sallyport, does reach the network)", listener.count() > 0);
	await bare.close();
}

async function launchFiles(world: World): Promise<void> {
	const client = await startAsHost(world, ".cursor/mcp.json", "files");
	const { tools } = await client.listTools();
	check(`files lists two tools: ${tools.map(({ name }) => name).join(", ")}`, tools.length === 2);
	const read = await call(client, "read_text_file", { path: path.join(world.workspace, "docs", "about.md") });
	check("it reads what it was granted", read.ok && read.text.includes("sallyport"));
	const key = await call(client, "read_text_file", { path: path.join(world.home, ".ssh", "id_ed25519") });
	check("it cannot read ~/.ssh, although its own arguments name the whole home", !key.ok && !key.text.includes(world.privateKey));
	const inside = path.join(world.workspace, "notes", "hello.txt");
	await call(client, "write_file", { path: inside, content: "hello" });
	check("it writes what it was granted", fs.existsSync(inside));
	const outside = path.join(world.workspace, "docs", "planted.md");
	const planted = await call(client, "write_file", { path: outside, content: "planted" });
	check("it cannot write outside its grant", !planted.ok && !fs.existsSync(outside));
	const moved = await call(client, "move_file", { source: inside, destination: `${inside}.moved` });
	check("a tool that was not granted is refused", !moved.ok && fs.existsSync(inside));
	await client.close();
}

async function audit(world: World): Promise<void> {
	step(5, "audit", "Every call and every refusal is in a log that can be verified.");
	const list = await show(world, "audit", "list");
	check("the log has the calls", list.stdout.includes("get-env") && list.stdout.includes("write_file"));
	check("the log has the refusals", list.stdout.includes("get-sum") && list.stdout.includes("move_file"));
	check("the log does not have the token", !list.stdout.includes(world.token));
	const verify = await show(world, "audit", "verify");
	check("the log is intact", verify.code === 0);
}

interface Listener {
	readonly url: string;
	count(): number;
	close(): void;
}

async function countConnections(): Promise<Listener> {
	let count = 0;
	const server = http.createServer((_request, response) => response.end("reached"));
	server.on("connection", () => count++);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/`,
		count: () => count,
		close: () => {
			server.closeAllConnections();
			server.close();
		},
	};
}

async function main(): Promise<number> {
	const world = createWorld(path.resolve(import.meta.dirname, ".."));
	let vault: "keychain" | "sealed" | null = null;
	const leave = (): void => {
		removeWorld(world);
		process.exit(130);
	};
	process.once("SIGINT", leave).once("SIGTERM", leave);
	try {
		print();
		print(paint("bold", "Sallyport, from a token in plain text to a confined server"));
		print(`A copy of examples/quickstart in a throw-away home: ${world.workspace}`);
		const init = await show(world, "init", "--unattended");
		check("the throw-away home is made", init.code === 0);
		// What follows a step that failed would only say so again, less clearly.
		if (failures.length === 0) await scan(world);
		if (failures.length === 0) vault = await fix(world);
		if (failures.length === 0 && vault !== null) await approve(world, vault);
		if (failures.length === 0) await launch(world);
		if (failures.length === 0) await audit(world);
	} finally {
		if (vault === "keychain") await sallyport(world, ["secrets", "delete", "keychain://everything/GITHUB_TOKEN"]);
		removeWorld(world);
	}
	print();
	print(
		failures.length === 0
			? paint("bold", `All ${checks} checks held.`)
			: paint("red", `${failures.length} of ${checks} checks did not hold:`),
	);
	for (const failure of failures) print(`  ${failure}`);
	if (failures.length === 0) {
		print();
		print("On your own files:");
		print("  node dist/sallyport.cjs scan --user       what is unsafe, in this folder and in your hosts' own files");
		print("  node dist/sallyport.cjs init              make your home and install the launcher");
		print("  node dist/sallyport.cjs --help            everything else");
	}
	return failures.length === 0 ? 0 : 1;
}

main().then(
	(code) => {
		process.exitCode = code;
	},
	(error: unknown) => {
		process.stderr.write(`npm start stopped: ${error instanceof Error ? error.message : String(error)}\n`);
		process.exitCode = 1;
	},
);
