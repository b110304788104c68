import { type PackageChange, type PinnedPackage, packageChange } from "../../core/launch/package-change.ts";
import type { CodeFact } from "../../core/policy/fingerprint.ts";
import type { Grant } from "../../core/policy/layers.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { readFacts } from "../launch/facts.ts";
import type { ListedTool } from "../launch/list-tools.ts";
import { readListing } from "../launch/listings.ts";
import type { LaunchLine } from "../launch/locate.ts";
import { allowCommand } from "../launch/verify.ts";
import { readLabel } from "../packages/label.ts";
import { type Candidate, describeCandidate, startingGrant } from "./candidate.ts";
import type { ApprovalContext } from "./context.ts";
import { type GivenInstructions, instructionsOf, NO_INSTRUCTIONS } from "./given.ts";
import { listCandidate } from "./list-candidate.ts";

/** What a registry has now for a server that was approved, against what was approved. */
export interface Update {
	readonly candidate: Candidate;
	/** What was approved. */
	readonly before: Grant;
	/** The grant with the new launch: the same as before, but for tools that are gone. */
	readonly after: Grant;
	readonly from: Named;
	readonly to: Named;
	/** Null: what was approved is no longer in the store, so that nothing can be compared. */
	readonly packages: PackageChange | null;
	/** A problem: the new code does not list its tools without what it was granted, and those that are allowed stay so while they are what they were. */
	readonly tools: Result<ToolChange>;
	/** What the new code says for the model, against what was approved. */
	readonly instructions: GivenInstructions;
}

interface Named {
	readonly name: string;
	readonly version: string;
}

/** Tools as the new code lists them. What was never listed before counts as new. */
export interface ToolChange {
	readonly added: readonly ListedTool[];
	/** The pin is the one that was approved; these are withheld until they are allowed again. */
	readonly changed: readonly { readonly tool: ListedTool; readonly approved: string }[];
	/** Changed since they were listed, and never allowed. */
	readonly otherwise: readonly ListedTool[];
	readonly removed: readonly string[];
}

type PackageFact = Extract<CodeFact, { readonly kind: "package" }>;

/**
 * Resolves the package of an approved server anew, and lists the tools of what it finds: started confined, with placeholders for its secrets and
 * without network. Grants nothing; what is approved goes on as it is. Null: there is nothing newer.
 */
export async function describeUpdate(line: LaunchLine, context: ApprovalContext): Promise<Result<Update | null>> {
	const candidate = await describeCandidate(line, context, { update: true });
	if (!candidate.ok) return candidate;
	const { current, described } = candidate.value;
	if (current === null)
		return fail("not-approved", "This server has not been approved, so there is nothing to update.", `Approve it: ${allowCommand(line)}`);
	const code = described.facts.code;
	if (code.kind !== "package")
		return fail(
			"no-package",
			"This server is not started from a package, so no registry has a newer one.",
			`After you have changed or updated its program: ${allowCommand(line)}`,
		);
	if (current.launch.fingerprint === described.launch.fingerprint) return ok(null);
	const approved = approvedPackage(current, context);
	const listed = await listCandidate(candidate.value, context);
	const change = listed.ok ? ok(toolChange(current, await listedBefore(current, line, context), listed.value.tools)) : listed;
	const gone = change.ok ? change.value.removed : [];
	const start = startingGrant(candidate.value);
	return ok({
		candidate: candidate.value,
		before: current,
		after: { ...start, tools: new Map([...start.tools].filter(([name]) => !gone.includes(name))) },
		from: approved ?? { name: code.name, version: "an unknown version" },
		to: { name: code.name, version: code.version },
		packages: packagesBetween(approved, code),
		tools: change,
		instructions: listed.ok ? instructionsOf(listed.value, current) : NO_INSTRUCTIONS,
	});
}

/** Null: it was no package, or is no longer recorded. */
function approvedPackage(grant: Grant, { home }: ApprovalContext): PackageFact | null {
	const facts = readFacts(home, grant.launch.fingerprint);
	return facts.ok && facts.value.code.kind === "package" ? facts.value.code : null;
}

function packagesBetween(before: PackageFact | null, after: PackageFact): PackageChange | null {
	const [old, now] = [before === null ? null : pinnedIn(before.folder), pinnedIn(after.folder)];
	return old === null || now === null ? null : packageChange(old, now);
}

function pinnedIn(folder: string): readonly PinnedPackage[] | null {
	return readLabel(folder)?.packages.map(([, name, version, integrity]) => ({ name, version, integrity })) ?? null;
}

/** What the approved code lists. Where nobody has kept that, it is started once more, as confined as the new one. Empty: it does not say. */
async function listedBefore({ launch }: Grant, line: LaunchLine, context: ApprovalContext): Promise<readonly ListedTool[]> {
	const kept = readListing(context.home, launch.fingerprint);
	if (kept !== null) return kept.tools;
	const old = await describeCandidate(line, context, { update: false });
	if (!old.ok || old.value.described.launch.fingerprint !== launch.fingerprint) return [];
	const listed = await listCandidate({ ...old.value, current: null }, context);
	return listed.ok ? listed.value.tools : [];
}

function toolChange({ tools: granted }: Grant, before: readonly ListedTool[], tools: readonly ListedTool[]): ToolChange {
	const listed = new Map(before.map(({ name, pin }) => [name, pin]));
	const known = new Set([...granted.keys(), ...listed.keys()]);
	return {
		added: tools.filter(({ name }) => !known.has(name)),
		changed: tools.flatMap((tool) => {
			const approved = granted.get(tool.name);
			return approved === undefined || approved === tool.pin ? [] : [{ tool, approved }];
		}),
		otherwise: tools.filter(({ name, pin }) => !granted.has(name) && listed.has(name) && listed.get(name) !== pin),
		removed: [...known].filter((name) => !tools.some((tool) => tool.name === name)).sort(),
	};
}
