// How long a host waits for the first answer of a server, and what a call costs: started directly, through a bare Node pipe,
// under bare bubblewrap, and through Sallyport. All in one run, in turns; medians and ratios, for machines are noisy.
//
//   npm run bench:launch            prints the table
import { spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import process from "node:process";

const ROUNDS = 20;
const CALLS = 200;
const root = path.resolve(import.meta.dirname, "..");
const sallyport = path.join(root, "dist", "sallyport.cjs");
const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-bench-")));
const server = path.join(folder, "server", "mini.mjs");
const pipe = path.join(folder, "pipe.mjs");
const workspace = path.join(folder, "workspace");
const env = { ...process.env, HOME: path.join(folder, "home") };
delete env.SALLYPORT_HOME;
for (const each of [path.dirname(server), workspace, env.HOME]) fs.mkdirSync(each, { recursive: true });
fs.copyFileSync(path.join(root, "test", "fixtures", "servers", "mini.mjs"), server);
fs.writeFileSync(
	pipe,
	'import { spawn } from "node:child_process";\nconst c = spawn(process.execPath, process.argv.slice(2), { stdio: ["pipe", "pipe", "inherit"] });\nprocess.stdin.pipe(c.stdin); c.stdout.pipe(process.stdout);\n',
);
fs.writeFileSync(
	path.join(workspace, ".mcp.json"),
	JSON.stringify({ mcpServers: { mini: { command: process.execPath, args: [server] } } }),
);

const run = (...args) => {
	const { status, stderr } = spawnSync(process.execPath, [sallyport, ...args], { cwd: workspace, env, encoding: "utf8" });
	if (status !== 0) throw new Error(`sallyport ${args.join(" ")}: ${stderr}`);
};
run("init", "--unattended");
run("tools", "allow", "mini", "echo", "--yes");

const system = ["/usr", "/bin", "/lib", "/lib64", "/sbin"]
	.filter((each) => fs.existsSync(each))
	.flatMap((each) => ["--ro-bind", each, each]);
const bwrap = [
	...system,
	"--ro-bind",
	process.execPath,
	process.execPath,
	"--ro-bind",
	server,
	server,
	"--proc",
	"/proc",
	"--dev",
	"/dev",
	"--unshare-all",
	"--die-with-parent",
];
const WAYS = {
	direct: [process.execPath, server],
	"bare Node pipe": [process.execPath, pipe, server],
	"bare bubblewrap": ["/usr/bin/bwrap", ...bwrap, "--", process.execPath, server],
	Sallyport: [process.execPath, sallyport, "run", "--name", "mini", "--", process.execPath, server],
};

const line = (message) => `${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`;
const initialize = line({
	id: 0,
	method: "initialize",
	params: { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1" } },
});

/** Milliseconds to the first answer, and per call over many calls, one after the other. */
function measure([command, ...args]) {
	return new Promise((resolve, reject) => {
		const started = performance.now();
		const child = spawn(command, args, { cwd: workspace, env, stdio: ["pipe", "pipe", "ignore"] });
		let waiting = "";
		let first = 0;
		let calls = 0;
		let since = 0;
		const call = () => child.stdin.write(line({ id: ++calls, method: "tools/call", params: { name: "echo", arguments: { text: "x" } } }));
		child.once("error", reject);
		child.once("exit", (code) => reject(new Error(`${command} ended with ${code} before it answered`)));
		setTimeout(() => child.kill("SIGKILL"), 30_000).unref();
		child.stdin.write(initialize);
		child.stdout.setEncoding("utf8").on("data", (text) => {
			const lines = (waiting + text).split("\n");
			waiting = lines.pop();
			for (const each of lines) {
				const { id, error } = JSON.parse(each);
				if (error !== undefined) return reject(new Error(`${command} answered with an error`));
				if (id === 0) {
					first = performance.now() - started;
					child.stdin.write(line({ method: "notifications/initialized" }));
					call();
				} else if (id === 20) {
					// The first calls warm up, and make the relay list the tools.
					since = performance.now();
					call();
				} else if (id === CALLS + 20) {
					resolve({ first, each: (performance.now() - since) / CALLS });
					child.stdin.end();
				} else if (id !== undefined) call();
			}
		});
	});
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const results = Object.fromEntries(Object.keys(WAYS).map((way) => [way, []]));
try {
	for (let round = 0; round < ROUNDS; round++) for (const [way, command] of Object.entries(WAYS)) results[way].push(await measure(command));
} finally {
	fs.rmSync(folder, { recursive: true, force: true });
}
const direct = { first: median(results.direct.map(({ first }) => first)), each: median(results.direct.map(({ each }) => each)) };
console.log(`${os.cpus().length} cores, Node ${process.versions.node}, medians of ${ROUNDS}\n`);
console.log("| started | first answer | ratio | a call | ratio |\n|---|---:|---:|---:|---:|");
for (const [way, values] of Object.entries(results)) {
	const first = median(values.map((each) => each.first));
	const each = median(values.map((value) => value.each));
	console.log(
		`| ${way} | ${first.toFixed(0)} ms | ${(first / direct.first).toFixed(1)} | ${(each * 1000).toFixed(0)} µs | ${(each / direct.each).toFixed(1)} |`,
	);
}
