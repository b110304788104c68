/**
 * A launcher reduced to its engine, so that tests can start it as another user, with files left open, and kill it. Reads a job on
 * standard input; the first line it prints is `{"pid"}` or `{"problem"}`, then come the server's own output and `{"code","signal","refused","used"}`.
 */

import { ok } from "../../../src/core/result.ts";
import type { EgressNetwork } from "../../../src/platform/sandbox/egress-network.ts";
import type { SandboxProfile } from "../../../src/platform/sandbox/engine.ts";
import { engineOf } from "../../../src/platform/sandbox/tiers.ts";

export interface Job {
	readonly profile: SandboxProfile;
	readonly home?: string;
	readonly network?: EgressNetwork;
	/** Undefined: the full sandbox. */
	readonly tier?: "landlock" | undefined;
}

const parts: Buffer[] = [];
for await (const part of process.stdin) parts.push(part as Buffer);
const job = JSON.parse(Buffer.concat(parts).toString()) as Job;
const refused: string[] = [];
const used: string[] = [];
const appeared: string[] = [];
const engine = await engineOf(job.tier === undefined ? {} : { tier: job.tier }, {
	...(job.home === undefined ? {} : { home: job.home, sallyportHome: `${job.home}/.sallyport` }),
	network: async () => ok(job.network),
	onEgressRefused: ({ target, reason }) => refused.push(`${reason} ${target}`),
	onAppeared: (where) => appeared.push(where),
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
	console.log(`\n${JSON.stringify({ code, signal, refused, used, appeared })}`);
}
