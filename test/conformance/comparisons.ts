import * as path from "node:path";
import process from "node:process";
import { NOT_AVAILABLE } from "../../src/core/protocol/answers.ts";
import type { Json } from "./child.ts";
import type { Era } from "./dialogue.ts";
import type { Pair } from "./granted.ts";
import { connect, type Mode, type SdkName } from "./hosts.ts";
import { type Check, clientSuite, serverSuite } from "./suite.ts";
import { type Step, UNKNOWN_TOOL, type Visit } from "./visits.ts";
import { heard, script } from "./wire.ts";

/** What came of comparing a server, or a host, with itself behind the launcher. */
export interface Comparison {
	/** Things that were compared. */
	readonly compared: number;
	/** What differs and may not, a line each: `-` without Sallyport, `+` through it. Empty: nothing. */
	readonly different: readonly string[];
}

const CLIENT = path.resolve(import.meta.dirname, "client-program.ts");

/**
 * Checks of the suite for servers that may differ. Both send answers to questions that nobody asked of that host. An answer goes to a server only for
 * what it asked and the host was given, so the request is refused instead of handed on without them.
 */
const MAY_DIFFER: readonly string[] = ["sep-2322-ignore-unexpected-params", "sep-2322-missing-response-rerequests"];

/** Scenarios of the suite for clients whose path can lead over stdio. */
export const CLIENT_SCENARIOS = [
	"initialize",
	"tools_call",
	"elicitation-sep1034-client-defaults",
	"sep-2322-client-request-state",
	"request-metadata",
	"json-schema-ref-no-deref",
	"json-schema-2020-12-preservation",
] as const;

/** The suite for servers, against one server. */
export async function compareServer({ direct, through }: Pair, version: string): Promise<Comparison> {
	return compareChecks(await Promise.all([serverSuite(direct, version), serverSuite(through, version)]));
}

/** One scenario of the suite for clients. */
export async function compareClient(scenario: string): Promise<Comparison> {
	const ways = ["direct", "through"].map((way) => clientSuite(`"${process.execPath}" "${CLIENT}" ${way}`, scenario));
	return compareChecks(await Promise.all(ways));
}

function compareChecks([direct = [], through = []]: readonly (readonly Check[])[]): Comparison {
	const [without, behind] = [direct, through].map((checks) =>
		checks
			.filter(({ id, status }) => status !== "INFO" && !MAY_DIFFER.includes(id))
			.map(({ scenario, id, status, why }) => `${scenario} ${id} ${status} ${why}`.trim())
			.sort(),
	);
	return differing(without ?? [], behind ?? []);
}

/** Everything that a host does, with the SDK's own client. */
export async function compareVisit(pair: Pair, visit: Visit, sdk: SdkName, mode: Mode): Promise<Comparison> {
	const ways = [pair.direct, pair.through].map(async (start) => visit(await connect(sdk, start, mode)));
	const [direct = [], through = []] = await Promise.all(ways);
	return differing(direct.map(said(asRefused)), through.map(said(isRefused)));
}

/** As a line, without what may differ. `unknown`: what stands for the answer to a call of a tool that is not there. */
function said(unknown: (gave: unknown) => unknown): (step: Step) => string {
	return ({ did, gave }) => {
		// What is not granted and what is not there get one constant answer, so that a host learns nothing from the difference.
		if (did === UNKNOWN_TOOL) return `${did}: ${JSON.stringify(unknown(gave))}`;
		// Tasks are granted to nobody yet.
		const { tasks: _, ...capabilities } = did === "connects" ? ((gave as Json).capabilities as Json) : {};
		return `${did}: ${JSON.stringify(did === "connects" ? { ...(gave as Json), capabilities } : gave)}`;
	};
}

const REFUSED = "refused";

function asRefused(): string {
	return REFUSED;
}

function isRefused(gave: unknown): unknown {
	const { code, message = "" } = (gave as { error?: { code?: unknown; message?: string } }).error ?? {};
	return code === -32602 && message.endsWith(NOT_AVAILABLE) ? REFUSED : gave;
}

/** Bytes both ways, of generated messages. */
export async function compareWire({ direct, through }: Pair, era: Era, seed: number, requests: number): Promise<Comparison> {
	const lines = script(seed, era, requests);
	const [without, behind] = await Promise.all([heard(direct, lines), heard(through, lines)]);
	return differing(without, behind);
}

/** In their order. */
function differing(direct: readonly string[], through: readonly string[]): Comparison {
	const different: string[] = [];
	for (let at = 0; at < Math.max(direct.length, through.length); at++)
		if (direct[at] !== through[at]) different.push(`- ${direct[at] ?? ""}`, `+ ${through[at] ?? ""}`);
	return { compared: direct.length, different };
}
