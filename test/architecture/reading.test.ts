import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";

const root = path.resolve(import.meta.dirname, "..", "..");

/**
 * Files that read by path, and what they read: the kernel's own, the system's, or what lies in Sallyport's home or program. What a repository
 * may bring is read by `src/platform/files/bounded-file.ts` alone: it may be a pipe, or lead to a device without end.
 */
const READS: Readonly<Record<string, string>> = {
	"src/kept-code.ts": "the program",
	"src/launcher/started-by.ts": "/proc",
	"src/platform/acceptance/accepted.ts": "the home",
	"src/platform/acceptance/buses.ts": "the home",
	"src/platform/acceptance/kept-in-keychain.ts": "the home",
	"src/platform/acceptance/mark.ts": "the home",
	"src/platform/audit/head.ts": "the home",
	"src/platform/audit/ledger.ts": "/proc",
	"src/platform/audit/public-key.ts": "the home",
	"src/platform/coded-memory.ts": "the home",
	"src/platform/example.ts": "the program",
	"src/platform/installation/install.ts": "the home",
	"src/platform/installation/programs.ts": "the program",
	"src/platform/installation/record.ts": "the home",
	"src/platform/launch/facts.ts": "the home",
	"src/platform/network.ts": "the home",
	"src/platform/packages/label.ts": "the store",
	"src/platform/packages/npm/work.ts": "the store",
	"src/platform/packages/python/sources.ts": "what it wrote itself",
	"src/platform/packages/python/uv.ts": "what uv wrote for it",
	"src/platform/packages/resolved.ts": "the home",
	"src/platform/packages/tree.ts": "the store",
	"src/platform/sandbox/bubblewrap.ts": "/proc",
	"src/platform/sandbox/descendants.ts": "/proc",
	"src/platform/sandbox/descriptors.ts": "/proc",
	"src/platform/sandbox/diagnose.ts": "/proc",
	"src/platform/sandbox/egress-upstream.ts": "the system's certificates",
	"src/platform/sandbox/landlock/connections.ts": "/proc",
	"src/platform/sandbox/landlock/engine.ts": "/proc",
	"src/platform/sandbox/landlock/start-child.ts": "/proc",
	"src/platform/sandbox/landlock/starter.ts": "/proc",
	"src/platform/sandbox/process-limit.ts": "/proc",
	"src/platform/vault/sealed.ts": "the home",
	"src/quickstart/host.ts": "the example that it wrote itself",
	"src/quickstart/main.ts": "the example that it wrote itself",
};

/** By path, and not by a descriptor that somebody has looked at. */
const READ = /\b(?:readFile|readFileSync|createReadStream)\((?!fd\b|descriptor\b)/;
/** A read that waits for whoever opens the other end of a pipe. */
const WAITS = /\bopen(?:Sync)?\([^;]*"r\+?"\)/;

const sources = fs
	.readdirSync(path.join(root, "src"), { recursive: true, encoding: "utf8" })
	.filter((name) => name.endsWith(".ts"))
	.map((name) => `src/${name.split(path.sep).join("/")}`);

/** Lines of a source that use Node's own reading functions on a path. */
function readsByPath(text: string): readonly string[] {
	return text.split("\n").filter((line) => /\bfs\.(?:promises\.)?/.test(line) && READ.test(line));
}

describe("what a repository brings", () => {
	it("is read by the one reader that waits for nothing and has an end", () => {
		const others = sources.filter((file) => !(file in READS) && readsByPath(fs.readFileSync(path.join(root, file), "utf8")).length > 0);
		expect(others).toEqual([]);
	});

	it("is not opened by a read that waits, outside the kernel's own files", () => {
		const waiting = sources.flatMap((file) =>
			fs
				.readFileSync(path.join(root, file), "utf8")
				.split("\n")
				.filter((line) => WAITS.test(line) && !/\/proc\/|\/dev\/null/.test(line))
				.map((line) => `${file}: ${line.trim()}`),
		);
		expect(waiting).toEqual([
			'src/kept-code.ts: const fd = fs.openSync(file, "r");',
			'src/platform/files/atomic-file.ts: const fd = fs.openSync(folder, "r");',
		]);
	});

	it("has no reason for a file that reads nothing any more", () => {
		const gone = Object.keys(READS).filter(
			(file) => !sources.includes(file) || readsByPath(fs.readFileSync(path.join(root, file), "utf8")).length === 0,
		);
		expect(gone).toEqual([]);
	});

	it.each([
		['fs.readFileSync(file, "utf8")', 1],
		["await fs.promises.readFile(file)", 1],
		["fs.createReadStream(file)", 1],
		['fs.readFileSync(descriptor, "utf8")', 0],
		["fs.readFileSync(fd)", 0],
		["readFile(host)", 0],
	])("is what %s is taken for", (line, found) => {
		expect(readsByPath(line)).toHaveLength(found);
	});
});
