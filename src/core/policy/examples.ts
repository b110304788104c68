import { own } from "../own.ts";
import { ASK_KINDS } from "./asks.ts";
import { type Asked, explain, type Judge } from "./explain.ts";
import { forbiddenBy, launchSubject } from "./forbid.ts";
import { type PolicyLayer, traceGrant } from "./layers.ts";
import type { Example, PolicyFile, PolicyServer } from "./schema.ts";

/** One example of a policy file, and what the file really says. */
export interface ExampleResult {
	readonly server: string;
	/** What is asked about, in words for people: a tool by its name alone, else `prompt summary`. */
	readonly what: string;
	/** Of a tool: what it is called with. Undefined: nothing. */
	readonly arguments?: Readonly<Record<string, unknown>> | undefined;
	/** Where it stands among the examples of its entry, from 0, and where that stands in the file. */
	readonly index: readonly [entry: number, example: number];
	readonly expected: "allow" | "refuse";
	readonly decision: "allow" | "refuse";
}

/** What an example asks about. Its schema says that it names one thing. */
function askedBy(example: Example): Asked {
	const { tool, prompt, resource, template, instructions, ask } = example;
	if (tool !== undefined) return { kind: "tool", name: tool, arguments: example.arguments ?? {} };
	if (prompt !== undefined) return { kind: "prompt", name: prompt };
	if (resource !== undefined) return { kind: "resource", name: resource };
	if (template !== undefined) return { kind: "template", name: template };
	if (instructions === true) return { kind: "instructions" };
	return ask === undefined ? { kind: "completions" } : { kind: "ask", name: ask };
}

/** In words for people: a tool by its name alone. */
export function askedText(asked: Asked): string {
	if (asked.kind === "completions" || asked.kind === "instructions") return asked.kind;
	return asked.kind === "tool" ? asked.name : `${asked.kind} ${asked.name}`;
}

/**
 * Runs the examples of one file by that file alone: by all of its entries that hold for the same server, and by what it forbids. A grant
 * counts as it is; of an entry that narrows, it is asked what it leaves of a grant of everything.
 *
 * @param grants whether the file is one of the person's own: an entry that is no whole grant grants nothing there
 * @param folder the workspace that the examples are for, where an entry names none. Real path
 */
export function runExamples(
	{ file, policy, grants }: { readonly file: string; readonly policy: PolicyFile; readonly grants: boolean },
	folder: string,
	judge: Judge,
): readonly ExampleResult[] {
	return policy.servers.flatMap((server, entry) =>
		(server.examples ?? []).map((example, index) => {
			const asked = askedBy(example);
			const narrowing: PolicyLayer = { source: "argument", file, policy };
			const everything: PolicyFile = { version: 1, servers: [grantOfEverything(policy, server, asked, folder)] };
			const layers: readonly PolicyLayer[] =
				grants || isGrant(server) ? [{ source: "user", file, policy }] : [{ source: "user", file, policy: everything }, narrowing];
			return {
				server: server.name,
				what: askedText(asked),
				arguments: example.arguments,
				index: [entry, index] as const,
				expected: example.expect,
				decision: decide(layers, server, asked, folder, judge),
			};
		}),
	);
}

function decide(layers: readonly PolicyLayer[], server: PolicyServer, asked: Asked, folder: string, judge: Judge): "allow" | "refuse" {
	const { command, args } = server.launch ?? NO_LAUNCH;
	const subject =
		server.launch === undefined
			? { name: server.name, commands: [], packages: [], isTold: true, url: null }
			: launchSubject(server.name, command, args);
	if (forbiddenBy(layers, subject) !== null) return "refuse";
	const traced = traceGrant(layers, { name: server.name, command, args, folder: server.workspace ?? folder });
	return traced.found ? explain(traced.steps, asked, judge).decision : "refuse";
}

function isGrant({ config, workspace, launch }: PolicyServer): boolean {
	return config !== undefined && workspace !== undefined && launch !== undefined;
}

/** In the place of the launch that an entry which narrows leaves open. */
const NO_LAUNCH = { command: "", args: [], cwd: null, env: {}, fingerprint: `sha256:${"0".repeat(64)}` };

/** What an entry that narrows is tried on: a grant of the very thing that is asked about, with the pin that the file wants, if it wants one. */
function grantOfEverything(policy: PolicyFile, server: PolicyServer, asked: Asked, folder: string): PolicyServer {
	const { name, launch = NO_LAUNCH } = server;
	const tool = asked.kind === "tool" ? asked.name : null;
	const pinned = policy.servers.flatMap((each) => (each.name === name && tool !== null ? (own(each.tools ?? {}, tool)?.pin ?? []) : []));
	const digests = policy.servers.flatMap((each) =>
		each.name === name && typeof each.instructions === "string" ? [each.instructions] : [],
	);
	return {
		name,
		config: "/",
		workspace: server.workspace ?? folder,
		launch,
		tools: tool === null ? {} : { [tool]: { pin: pinned[0] ?? NO_LAUNCH.fingerprint } },
		prompts: asked.kind === "prompt" ? [asked.name] : [],
		resources: asked.kind === "resource" ? [asked.name] : [],
		templates: asked.kind === "template" ? [asked.name] : [],
		completions: true,
		instructions: digests[0] ?? NO_LAUNCH.fingerprint,
		asks: Object.fromEntries(ASK_KINDS.map((kind) => [kind, true])),
	};
}
