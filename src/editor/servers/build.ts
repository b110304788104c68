import type { Grant } from "../../core/policy/layers.ts";
import type { Problem, Result } from "../../core/result.ts";
import type { Home } from "../../platform/home.ts";
import { readFacts } from "../../platform/launch/facts.ts";
import { allowCommand, lacksMutableApproval, secretForMutable } from "../../platform/launch/verify.ts";
import type { Live } from "../live/live.ts";
import type { Listings } from "./listings.ts";
import type { ConfigFile, Server, ServerState } from "./model.ts";
import { type Policies, refusalOf, type Verdict } from "./policies.ts";
import type { Source, SourceEntry } from "./source.ts";
import { toolsOf } from "./tools-of.ts";

/** Everything that decides how a server stands, beside its entry. */
export interface Standing {
	readonly home: Result<Home>;
	readonly userHome: string;
	readonly policies: Policies;
	readonly listings: Listings;
	readonly live: Pick<Live, "running" | "drift">;
}

/**
 * What a config file says, with what was granted of it.
 *
 * @param before what it was, where only the file may have changed: an entry of the same text stands as it stood. Null: all may have
 */
export function buildFile(source: Source, standing: Standing, before: ConfigFile | null): ConfigFile {
	const { uri, path, host, scope } = source.place;
	const file = { uri, path, host, scope, findings: source.findings, problem: source.problem };
	const known = new Map(before?.servers.map((server) => [server.id, server]));
	const servers = source.entries.map((entry) => {
		const same = known.get(entry.id);
		return same !== undefined && entry.line?.ok === true && same.line === entry.line.value
			? { ...same, file, entry: entry.entry, findings: entry.findings }
			: buildServer(entry, file, standing);
	});
	return { ...file, servers };
}

const NOTHING: Verdict = { grant: null, lookup: { found: false, why: "not-approved" }, waiting: null };

function buildServer(source: SourceEntry, file: Server["file"], standing: Standing): Server {
	const { id, name, entry, wrapped, findings } = source;
	const base = { id, name, file, entry, wrapped, findings, mutable: false, offers: null };
	if (source.line === null)
		return { ...base, state: "remote", refusal: null, line: null, grant: null, effective: null, tools: null, running: 0 };
	if (!source.line.ok) {
		const state = wrapped ? "refused" : "unguarded";
		return { ...base, state, refusal: source.line.problem, line: null, grant: null, effective: null, tools: null, running: 0 };
	}
	const line = source.line.value;
	const verdict = standing.policies.verdict(line, standing.userHome);
	const { grant, lookup } = verdict.ok ? verdict.value : NOTHING;
	const home = standing.home.ok ? standing.home.value : null;
	const mutable = isMutable(grant, home);
	const lacking = lookup.found && lacksMutableApproval(lookup.grant, { mutable }) ? secretForMutable(allowCommand(line)) : null;
	const against = verdict.ok ? (refusalOf(line, verdict.value) ?? lacking) : verdict.problem;
	const effective = lookup.found && against === null ? lookup.grant : null;
	const key = { name: line.name, config: line.config, workspace: line.workspace };
	const running = standing.live.running(key);
	const listed = standing.listings.of(id, line, grant ?? effective, home, running > 0);
	const tools = toolsOf({ listed, grant, effective, drift: standing.live.drift(key), home });
	const changed = tools?.some(({ state }) => state === "changed") === true;
	return {
		...base,
		state: stateOf(wrapped, against, changed),
		refusal: wrapped ? against : null,
		line,
		grant,
		effective,
		tools,
		offers: standing.listings.offersOf(id, line),
		running,
		mutable,
	};
}

/** By what was found when it was approved; false for what was not. */
function isMutable(grant: Grant | null, home: Home | null): boolean {
	const facts = grant === null || home === null ? null : readFacts(home, grant.launch.fingerprint);
	return facts?.ok === true && facts.value.mutable;
}

function stateOf(wrapped: boolean, against: Problem | null, changed: boolean): ServerState {
	if (!wrapped) return "unguarded";
	if (against !== null) return "refused";
	return changed ? "drifted" : "guarded";
}
