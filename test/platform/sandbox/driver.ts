/**
 * A launcher reduced to its engine, so that tests can start it as another user, with files left open, and kill it. Reads a job on
 * standard input; the first line it prints is `{"pid"}` or `{"problem"}`, then come the server's own output and `{"code","signal","refused","used"}`.
 */
import { bubblewrapEngine } from "../../../src/platform/sandbox/bubblewrap.ts";
import type { SandboxProfile } from "../../../src/platform/sandbox/engine.ts";

export interface Job {
	readonly profile: SandboxProfile;
	readonly home?: string;
}

const parts: Buffer[] = [];
for await (const part of process.stdin) parts.push(part as Buffer);
const job = JSON.parse(Buffer.concat(parts).toString()) as Job;
const refused: string[] = [];
const used: string[] = [];
const engine = bubblewrapEngine({
	...(job.home === undefined ? {} : { home: job.home, sallyportHome: `${job.home}/.sallyport` }),
	onEgressRefused: ({ target, reason }) => refused.push(`${reason} ${target}`),
	onEgressUsed: ({ target, connections, sent, received }) => used.push(`${target} ${connections} ${sent} ${received}`),
});
const started = await engine.start(job.profile);
if (!started.ok) console.log(JSON.stringify({ problem: started.problem }));
else {
	const { child, dispose } = started.value;
	console.log(JSON.stringify({ pid: child.pid }));
	child.stdin?.end();
	child.stdout?.pipe(process.stdout, { end: false });
	child.stderr?.pipe(process.stdout, { end: false });
	const [code, signal] = await new Promise<[number | null, string | null]>((resolve) => child.once("close", (...how) => resolve(how)));
	await dispose();
	console.log(`\n${JSON.stringify({ code, signal, refused, used })}`);
}
