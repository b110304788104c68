import * as os from "node:os";
import { fail, ok, type Result } from "../../core/result.ts";
import type { SandboxEngine } from "./engine.ts";

/** What the server inside says about itself, one fact a line; the person's home is `$1`. */
const SCRIPT = `
grep -E '^(Seccomp|NoNewPrivs|CapEff):' /proc/$$/status
[ -z "$(ls -A "$1" 2>/dev/null)" ] && echo home-empty
grep -qv -e '|' -e '^ *lo:' /proc/net/dev || echo loopback-alone
[ -e /proc/sys/kernel/core_pattern ] && ! (echo core > /proc/sys/kernel/core_pattern) 2>/dev/null && echo kernel-closed
[ -z "$(ls -A /proc/1/root/root /proc/1/root/run 2>/dev/null)" ] && echo system-closed
exit 0`;

const WANTED: readonly (readonly [fact: RegExp, missing: string])[] = [
	[/^Seccomp:\s*2$/m, "system calls are not filtered"],
	[/^NoNewPrivs:\s*1$/m, "privileges can be gained"],
	[/^CapEff:\s*0+$/m, "it has capabilities"],
	[/^home-empty$/m, "your home is visible"],
	[/^loopback-alone$/m, "the network is reachable"],
	[/^kernel-closed$/m, "kernel settings can be written"],
	[/^system-closed$/m, "the system's own folders are visible"],
];

/** What only namespaces give. */
const OF_NAMESPACES: ReadonlySet<string> = new Set(["the network is reachable"]);

/** Starts a real server in the sandbox and looks at what it sees. `egress` as in a profile. */
export async function probeSandbox(engine: SandboxEngine, egress: readonly string[]): Promise<Result<void>> {
	const started = await engine.start({
		command: "/bin/sh",
		args: ["-c", SCRIPT, "sh", homeFolder()],
		cwd: "/",
		env: {},
		read: [],
		write: [],
		hidden: [],
		hiddenNames: [],
		egress,
		limits: {},
	});
	if (!started.ok) return started;
	const { child, dispose } = started.value;
	let said = "";
	child.stdin?.end();
	child.stderr?.resume();
	child.stdout?.on("data", (part) => {
		said += String(part);
	});
	await new Promise((resolve) => child.once("close", resolve));
	await dispose();
	const wanted = WANTED.filter(([, what]) => engine.name === "bubblewrap" || !OF_NAMESPACES.has(what));
	const missing = wanted.filter(([fact]) => !fact.test(said)).map(([, what]) => what);
	return missing.length === 0
		? ok(undefined)
		: fail("sandbox-weak", `The sandbox stands, but ${missing.join(", ")}.`, "Do not start servers on this machine, and report this.");
}

function homeFolder(): string {
	try {
		return os.userInfo().homedir;
	} catch {
		return "/root";
	}
}
