import { execFile } from "node:child_process";
import * as fs from "node:fs";
import { promisify } from "node:util";
import type { Command } from "commander";
import { plain } from "../core/plain-text.ts";
import { fail, ok, type Problem, type Result } from "../core/result.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import { readLayers } from "../platform/policy-files.ts";
import { bubblewrapEngine } from "../platform/sandbox/bubblewrap.ts";
import { probeSandbox } from "../platform/sandbox/probe.ts";
import { processesAreBounded } from "../platform/sandbox/process-limit.ts";
import { probeVault } from "../platform/vault/index.ts";
import { sealedFile } from "../platform/vault/sealed.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, say } from "./say.ts";

/** The oldest Node that the launcher runs on. */
const OLDEST_NODE = [22, 12] as const;

interface Check {
	readonly name: string;
	readonly ok: boolean;
	readonly message: string;
	/** Empty when nothing has to be done. */
	readonly remedy: string;
}

export function registerDoctor(program: Command, io: Io, exit: (code: ExitCode) => void): void {
	program
		.command("doctor")
		.description("try the sandbox and the keychain for real, and say what is missing and the narrowest remedy")
		.option("--json", "print the result as JSON")
		.action(async (options: { json?: boolean }) => {
			if (process.platform !== "linux")
				return exit(complain(io, { code: "unsupported", message: "Only Linux has a sandbox so far.", remedy: "Use Sallyport on Linux." }));
			const checks = await examine(io);
			const healthy = checks.every((check) => check.ok);
			if (options.json === true) say(io, JSON.stringify({ version: 1, ok: healthy, checks }));
			else {
				for (const check of checks) {
					say(io, `${check.ok ? "ok     " : "MISSING"}  ${check.name.padEnd(9)} ${plain(check.message)}`);
					if (check.remedy !== "") say(io, `${" ".repeat(19)}${plain(check.remedy)}`);
				}
				say(io, healthy ? "Everything is there." : "Something is missing; see above.");
			}
			exit(healthy ? 0 : 1);
		});
}

async function examine(io: Io): Promise<readonly Check[]> {
	const where = homePath(io.env);
	const home = openHome(where);
	const engine = bubblewrapEngine({ sallyportHome: where, ...(io.env.HOME === undefined ? {} : { home: io.env.HOME }) });
	const closed = await probeSandbox(engine, []);
	// Only a sandbox that stands can have a network.
	const networked = closed.ok ? await probeSandbox(engine, ["127.0.0.1:9"]) : closed;
	return [
		check("node", checkNode(process.versions.node), `Node.js ${process.versions.node}`),
		check("home", home, `${where}${home.ok && home.value.unattended ? " (throw-away: --yes may widen here)" : ""}`),
		...(home.ok ? [check("launcher", await checkStub(home.value), home.value.stub)] : []),
		...(home.ok ? [check("policy", readLayers(home.value, { workspace: null, narrowing: [] }), "every grant can be read")] : []),
		check("sandbox", closed, "a server saw nothing of your home, no network, and only harmless system calls"),
		...(closed.ok ? [check("egress", networked, "a server that may reach one address has no other way out than the proxy")] : []),
		...((await processesAreBounded()) ? [] : [UNBOUNDED]),
		keychain(home.ok ? await probeVault("keychain", home.value) : notTried(), home.ok && fs.existsSync(sealedFile(home.value))),
	];
}

/** Where secrets are kept in the encrypted file, a missing keychain is no fault. */
function keychain(probed: Result<void>, sealed: boolean): Check {
	const found = check("keychain", probed, "an entry was written, read back and deleted");
	return found.ok || !sealed ? found : { ...found, ok: true, message: `${found.message} The encrypted file is in use.`, remedy: "" };
}

/** Not missing, because a container has a limit of its own; but a person should know. */
const UNBOUNDED: Check = {
	name: "processes",
	ok: true,
	message: "as root without control groups, nothing bounds how many processes a server starts",
	remedy: "Run as an ordinary user, or limit the container (docker run --pids-limit).",
};

function check(name: string, result: Result<unknown>, fine: string): Check {
	return result.ok ? { name, ok: true, message: fine, remedy: "" } : { name, ok: false, ...texts(result.problem) };
}

function texts({ message, remedy }: Problem): { readonly message: string; readonly remedy: string } {
	return { message, remedy };
}

function checkNode(version: string): Result<void> {
	const [major = 0, minor = 0] = version.split(".").map(Number);
	const [wantedMajor, wantedMinor] = OLDEST_NODE;
	return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
		? ok(undefined)
		: fail("node-old", `Node.js ${version} is too old.`, `Install Node.js ${wantedMajor}.${wantedMinor} or newer.`);
}

/** Runs it, as a host would: the program that it names may have moved. */
async function checkStub(home: Home): Promise<Result<void>> {
	try {
		await promisify(execFile)(home.stub, ["run", "--help"], { env: {}, timeout: 20_000 });
		return ok(undefined);
	} catch (error) {
		const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
		return fail(
			"no-stub",
			missing ? "The launcher that config files name is not installed." : "The launcher that config files name does not start.",
			"Run: sallyport init",
		);
	}
}

function notTried(): Result<never> {
	return fail("not-tried", "The keychain was not tried, because there is no Sallyport home.", "Run: sallyport init");
}
