import * as fs from "node:fs";
import type { Activity } from "../../core/audit/activity.ts";
import type { EventRecord } from "../../core/audit/record.ts";
import { holdToAccepted } from "../../core/policy/accepted.ts";
import type { AcceptedPolicy } from "../../core/policy/accepted-list.ts";
import { coversTarget, parseEgressGrant, parseTarget } from "../../core/policy/egress.ts";
import { type Asked, explain } from "../../core/policy/explain.ts";
import { mayReceiveSecrets } from "../../core/policy/host-secrets.ts";
import { type Grant, type GrantStep, grantsOf, isInside, type PolicyLayer, traceGrant } from "../../core/policy/layers.ts";
import { type LimitName, policyLimits } from "../../core/policy/limits.ts";
import type { PolicyEntry } from "../../core/policy/place.ts";
import { ok } from "../../core/result.ts";
import type { Home } from "../../platform/home.ts";
import { readLayers } from "../../platform/policy-files.ts";
import type { ServerKey } from "../live/refusal.ts";
import { askOf, subjectOf } from "./words.ts";

/** What one policy file says, and where. */
export interface Deciding {
	readonly source: PolicyLayer["source"];
	readonly file: string;
	/** In words that follow the file's name. */
	readonly says: string;
	/** Which entry of the file; null: the file itself says it. */
	readonly entry: PolicyEntry | null;
	/** The property, below that entry; the first of these that is there. Never empty. */
	readonly paths: readonly (readonly string[])[];
	/** The file was written since: this is what it says now. */
	readonly isLater: boolean;
}

export interface DecidingContext {
	readonly home: Home;
	readonly userHome: string;
	/** Which entry its launcher serves, where that runs; null: only the name is known. */
	readonly key: ServerKey | null;
	/** What a person accepted; null: it is not known, and the files count as they stand there. */
	readonly accepted: AcceptedPolicy | null;
}

/** Which policy decided over a record. Null: none speaks of it, or the policies cannot be read. */
export function decidingOf({ record }: Activity, context: DecidingContext): Deciding | null {
	const paths = pathsOf(record);
	const { layer, server } = record;
	// No policy decides what a person may approve.
	if (record.direction === "person") return null;
	const { key, home, userHome, accepted } = context;
	if (layer !== undefined) {
		const { source, file, says } = layer;
		return { source, file, says, entry: { name: server }, paths, isLater: isNewer(file, record.at) };
	}
	const layers = heldLayers(home, key?.workspace ?? null, accepted);
	if (!layers.ok) return null;
	if (record.reason === "server-forbidden") {
		const forbidding = layers.value.find(({ policy }) => (policy.forbid ?? []).length > 0);
		if (forbidding === undefined || forbidding.held === true) return null;
		const { source, file } = forbidding;
		return { source, file, says: "forbids it", entry: null, paths: [["forbid"]], isLater: isNewer(file, record.at) };
	}
	const grants = grantsOf(layers.value).filter(({ name }) => name === server);
	const grant = grants.find(({ config, workspace }) => config === key?.config && workspace === key.workspace) ?? grants[0];
	if (grant === undefined) return null;
	// What a workspace takes away stands in its own file.
	const around = grant.workspace === null ? layers : heldLayers(home, grant.workspace, accepted);
	if (!around.ok) return null;
	const { command, args } = grant.launch;
	const traced = traceGrant(around.value, { name: server, command, args, folder: grant.workspace ?? userHome });
	const step = traced.found ? stepOf(traced.steps, record) : null;
	if (!traced.found || step === null) return null;
	// What holds it stands in no file any more.
	if (step.layer.held === true) return null;
	const { source, file } = step.layer;
	const entry = source === "user" ? { name: server, config: grant.config, workspace: grant.workspace } : { name: server };
	return { source, file, says: saysOf(traced.steps, step, record), entry, paths, isLater: isNewer(file, record.at) };
}

function heldLayers(home: Home, workspace: string | null, accepted: AcceptedPolicy | null): ReturnType<typeof readLayers> {
	const layers = readLayers(home, { workspace, narrowing: [] }, accepted);
	return layers.ok && accepted !== null ? ok(holdToAccepted(layers.value, accepted).layers) : layers;
}

/** The step that decided: of a refusal the first that does not let it through; else the grant itself. */
function stepOf(steps: readonly GrantStep[], record: EventRecord): GrantStep | null {
	const [first] = steps;
	const limit = limitOf(record);
	if (first === undefined || (record.decision === "allow" && limit === null)) return first ?? null;
	const last = steps.at(-1);
	const numberOf = ({ limits }: Grant): unknown => (limit === null ? undefined : policyLimits(limits)[limit]);
	if (limit !== null && last !== undefined) return steps.find(({ grant }) => numberOf(grant) === numberOf(last.grant)) ?? first;
	const asked = record.reason === "argument-not-allowed" ? null : askedIn(record);
	const refusing = asked === null ? undefined : explain(steps, asked, () => null).layers.find(({ refuses }) => refuses);
	return steps.find(({ layer, grant }) => layer.file === refusing?.file || !lets(grant, record)) ?? first;
}

function saysOf(steps: readonly GrantStep[], step: GrantStep, record: EventRecord): string {
	const asked = askedIn(record);
	const said = asked === null ? [] : explain(steps, asked, () => null).layers;
	const own = said.find(({ file }) => file === step.layer.file);
	if (own !== undefined) return own.says;
	if (record.decision === "allow") return "grants it";
	return step === steps[0] ? "does not grant it" : "takes it away";
}

/** What was asked for, as a policy speaks of it. Null: it speaks of it in another way. */
function askedIn(record: EventRecord): Asked | null {
	const { tool, method, reason } = record;
	const ask = askOf(method);
	const name = subjectOf(record);
	if (reason === "host-secret") return null;
	if (tool !== null) return { kind: "tool", name: tool, arguments: null };
	if (ask !== null) return { kind: "ask", name: ask };
	if (method === "completion/complete") return { kind: "completions" };
	if (reason.startsWith("instructions-")) return { kind: "instructions" };
	if (name === null) return null;
	if (method === "prompts/get") return { kind: "prompt", name };
	return method?.startsWith("resources/") === true ? { kind: "resource", name } : null;
}

/** Which number of the policy it ran into; null: none. */
function limitOf({ reason }: EventRecord): LimitName | null {
	return LIMITS_BY_REASON.get(reason) ?? null;
}

const LIMITS_BY_REASON: ReadonlyMap<string, LimitName> = new Map([
	["too-many-calls", "callsPerMinute"],
	["too-many-session-calls", "sessionCallsPerMinute"],
	["session-calls-used-up", "sessionCalls"],
	["result-too-large", "resultSize"],
	["result-cut", "resultSize"],
]);

/** Whether a grant would let this through, as far as it is no tool, prompt or question: those `explain` judges. */
function lets({ egress, sandbox, constraints, hostSecrets = [] }: Grant, record: EventRecord): boolean {
	const { tool, reason } = record;
	const subject = subjectOf(record);
	if (reason === "argument-not-allowed") return tool === null || !constraints.has(tool);
	if (reason === "host-secret") return mayReceiveSecrets(hostSecrets, tool);
	if (reason.startsWith("egress-")) {
		const target = subject === null ? null : parseTarget(subject);
		return target !== null && egress.flatMap((text) => parseEgressGrant(text) ?? []).some((grant) => coversTarget(grant, target));
	}
	if (reason.startsWith("path-"))
		return sandbox === "off" || (subject !== null && [...sandbox.read, ...sandbox.write].some((granted) => isInside(subject, granted)));
	return true;
}

function pathsOf(record: EventRecord): Deciding["paths"] {
	const { tool, method, reason, direction } = record;
	const limit = limitOf(record);
	const ask = askOf(method);
	if (limit !== null) return [["limits", limit]];
	if (reason === "host-secret") return [["hostSecrets"], ["name"]];
	if (tool !== null) {
		const of = (name: string): readonly string[] => ["tools", name, ...(reason === "argument-not-allowed" ? ["arguments"] : [])];
		return [of(tool), of("*")];
	}
	if (reason.startsWith("egress")) return [["egress"]];
	if (reason.startsWith("path-")) return [["sandbox"]];
	if (ask !== null) return [["asks", ask]];
	if (method?.startsWith("prompts/") === true) return [["prompts"]];
	if (method?.startsWith("resources/") === true) return [["resources"]];
	if (method === "completion/complete") return [["completions"]];
	if (reason.startsWith("instructions-")) return [["instructions"]];
	if (reason === "reference-not-granted") return [["secrets"]];
	return direction === "launcher" ? [["launch"]] : [["name"]];
}

function isNewer(file: string, at: string): boolean {
	try {
		return fs.statSync(file).mtime.toISOString() > at;
	} catch {
		return true;
	}
}
