import type { Constraints } from "../../core/constraints/schema.ts";
import { constraintsText } from "../../core/constraints/text.ts";
import { own } from "../../core/own.ts";
import { exact, plain } from "../../core/plain-text.ts";
import { canonical } from "../../core/policy/accepted.ts";
import type { CodeFact } from "../../core/policy/fingerprint.ts";
import { confinedOf, type Grant } from "../../core/policy/layers.ts";
import { isRaised, limitLines } from "../../core/policy/limits.ts";
import { nameMatcher } from "../../core/policy/names.ts";
import { NO_OFFERS, type Offers, promptPin } from "../../core/policy/offers.ts";
import { detectInArguments } from "../../core/secrets/arguments.ts";
import { mask } from "../../core/secrets/mask.ts";
import { isSecretName } from "../../core/secrets/reading.ts";
import { maskDetected } from "../../core/secrets/redact.ts";
import type { DescribedLaunch } from "../launch/describe.ts";
import { OBEYED } from "../sandbox/protected.ts";
import { egressNote } from "./egress-note.ts";

/** One thing about a launch, for people. */
export interface LaunchRow {
	/** One or two short words: `command`, `asks for`. */
	readonly label: string;
	readonly text: string;
	/** A secret that the entry asks for and that is not granted. */
	readonly missing?: { readonly slot: string; readonly reference: string };
}

/** The exact command, untruncated but for credentials, which are masked, and what stands behind it on this machine. */
export function launchRows({ line, facts }: DescribedLaunch, secrets: Grant["secrets"] = new Map()): readonly LaunchRow[] {
	const rows: LaunchRow[] = [];
	const say = (label: string, text: string): number => rows.push({ label, text });
	say("command", commandLine(line));
	const { code } = facts;
	if (code.kind === "package")
		say("runs", `${plain(code.name)}@${plain(code.version)}, from the store, with ${plain(facts.executable.path)}`);
	else if (code.kind === "script") say("runs", `${plain(code.script.path)}, with ${plain(facts.executable.path)}`);
	else say("runs", plain(facts.executable.path));
	if (facts.mutable) say("mutable", MUTABLE[code.kind]);
	// The store's own folder, Node and the entry are named above.
	const named = [facts.executable.path, code.kind === "package" ? code.folder : code.kind === "script" ? code.script.path : null];
	const beside = facts.roots.filter((root) => !named.includes(root));
	for (const root of beside) say("reads", plain(root));
	for (const [name, part] of Object.entries(line.env)) {
		if (part.kind === "literal")
			say("with", exact(`${maskDetected(name)}=${isSecretName(name) ? mask(part.value) : maskDetected(part.value)}`));
		else if (part.kind === "host") say("with", `${plain(name)}, whatever the host puts there`);
	}
	for (const [slot, reference] of line.asks) {
		const text = `${plain(slot)} ← ${plain(reference)}`;
		if (secrets.get(slot) === reference) say("asks for", text);
		else rows.push({ label: "asks for", text: `${text}, which is not granted`, missing: { slot, reference } });
	}
	return rows;
}

/** What can be changed, by what stands behind the launch. */
export const MUTABLE: Readonly<Record<CodeFact["kind"], string>> = {
	none: "your other programs can change this code; it is not pinned",
	script: "your other programs can change this code; only its entry file is pinned",
	package: "your other programs can change a file that the line names; it is not pinned, and the package may run it",
};

/** What it means that code which can be changed has secrets. */
const MUTABLE_SECRETS = "its secrets go to whatever your other programs put into its code";

const isObeyedName = nameMatcher(OBEYED);

function isObeyed(path: string): boolean {
	return path.split("/").some(isObeyedName);
}

/** One thing that a grant allows. Two are the same when their keys are, however they look. */
interface Allowed {
	readonly key: string;
	/** What it is about. Undefined: the key says it. Two with the same one and other keys stand in each other's place. */
	readonly subject?: string;
	readonly kind: ChangeRow["kind"];
	readonly text: string;
}

/** Of what a server was granted before its sandbox was turned off. */
const ONCE_ON = "  (once its sandbox is on again)";

/** Other constraints are another thing that is allowed: whoever changes them is asked. */
function constrained(row: Allowed, constraints: readonly Constraints[]): Allowed {
	const saying = constraints.filter((each) => Object.keys(each).length > 0);
	if (saying.length === 0) return row;
	// By what they are, not by how they look.
	return {
		...row,
		key: JSON.stringify([row.key, canonical(saying)]),
		text: `${row.text}  where ${saying.map(constraintsText).join("; and ")}`,
	};
}

/** What a grant allows, in a fixed order. */
function allowedBy(grant: Grant): readonly Allowed[] {
	const { sandbox } = grant;
	const of = (kind: ChangeRow["kind"], value: string, more = ""): Allowed => ({
		key: JSON.stringify([kind, value, more]),
		subject: value,
		kind,
		text: `${exact(value)}${more === "" ? "" : ` ← ${exact(more)}`}`,
	});
	const written = (path: string): Allowed => {
		const row = of("write", path);
		return isObeyed(path) ? { ...row, text: `${row.text}  (programs outside the sandbox obey this file)` } : row;
	};
	const networked = (target: string): Allowed => {
		const row = of("network", target);
		const note = egressNote(target);
		// What has a note has been read, and so holds nothing but letters, digits and marks that every screen shows as they are.
		return note === null ? row : { ...row, text: `${target}  (${note})` };
	};
	const confined = confinedOf(grant);
	const inside: readonly Allowed[] = [
		...(confined.tier === undefined ? [] : [{ key: "tier", kind: "sandbox", text: WEAKER_SANDBOX } as const]),
		...confined.read.map((path) => of("read", path)),
		...confined.write.map(written),
		...confined.env.map((name) => of("env", name)),
	];
	return [
		...(sandbox === "off" ? [{ key: "off", kind: "sandbox", text: "off: it can do whatever you can do" } as const] : []),
		...(sandbox === "off" ? inside.map((row) => ({ ...row, text: `${row.text}${ONCE_ON}` })) : inside),
		...grant.egress.map(networked),
		...[...grant.secrets].map(([slot, reference]) => of("secret", slot, reference)),
		...(grant.mutableSecrets === true ? [{ key: "mutable", kind: "secret", text: MUTABLE_SECRETS } as const] : []),
		...[...grant.tools.keys()].sort().map((tool) => constrained(of("tool", tool), grant.constraints.get(tool) ?? [])),
		...(grant.instructions === undefined ? [] : [instructed(grant.instructions)]),
		...offered(grant, of),
	];
}

/** The text is shown beside this, where it is at hand. */
function instructed(digest: string): Allowed {
	return {
		key: JSON.stringify(["instructions", digest]),
		subject: "instructions",
		kind: "instructions",
		text: `for the model, as the server gives them  (${digest.slice(0, 19)}…)`,
	};
}

/** What it may offer beside tools, and what it may ask for. */
function offered(
	{ offers = NO_OFFERS, asks = {}, hostSecrets = [] }: Grant,
	of: (kind: ChangeRow["kind"], value: string) => Allowed,
): readonly Allowed[] {
	const all = (kind: ChangeRow["kind"], value: string, every: string): Allowed =>
		value === "*" ? { ...of(kind, value), text: `${value}  (${every})` } : of(kind, value);
	return [
		...offers.prompts.map((name) => prompted(all("prompt", name, "every prompt, whatever it says"), name, offers)),
		...offers.resources.map((uri) => of("resource", uri)),
		...offers.templates.map((template) => all("template", template, "every template")),
		...hostSecrets.map((tool) => ({
			...of("secret", tool),
			key: JSON.stringify(["host-secret", tool]),
			text: `of your host, not its own, may go to it: ${tool === "*" ? "in everything that is sent" : `in calls of ${exact(tool)}`}`,
		})),
		...(offers.completions ? [{ key: "completions", kind: "completion", text: "what you type for these is sent to it" } as const] : []),
		...Object.entries(asks).map(([kind, perMinute]) => ({
			key: JSON.stringify(["ask", kind, perMinute]),
			subject: kind,
			kind: "ask" as const,
			text: `${kind}, ${perMinute} a minute  (${own(ASKED, kind) ?? ""})`,
		})),
	];
}

/** With its definition, or whatever that is. */
function prompted(row: Allowed, name: string, offers: Offers): Allowed {
	const pin = promptPin(offers, name);
	const held = Object.entries(offers.promptPins ?? {}).filter(([each]) => !offers.prompts.includes(each));
	if (name === "*" && held.length > 0)
		return {
			...row,
			key: JSON.stringify([row.key, held]),
			text: `*  (every prompt, whatever it says, but ${held.map(([each]) => exact(each)).join(", ")}, as approved)`,
		};
	if (name === "*") return row;
	return pin === null ? { ...row, text: `${row.text}  (whatever its definition)` } : { ...row, key: JSON.stringify([row.key, pin]) };
}

/** What it means that a server may ask for it. */
const ASKED: Readonly<Record<string, string>> = {
	sampling: "it puts words to your model, and reads the answer",
	elicitation: "it puts questions to you in the host",
	roots: "it is told the folders that the host works in",
};

/** What the weaker sandbox does not give, in one line: the rest stands in the threat model. */
export const WEAKER_SANDBOX =
	"weaker (Landlock): no processes, network or file system of its own; it sees which files exist, and the machine's accounts and addresses";

/** One thing that a change does to a grant, for people. */
export interface ChangeRow {
	/** `+` is new, `-` goes, a blank stays. */
	readonly mark: "+" | "-" | " ";
	readonly kind:
		| "start"
		| "sandbox"
		| "read"
		| "write"
		| "env"
		| "network"
		| "secret"
		| "tool"
		| "instructions"
		| "prompt"
		| "resource"
		| "template"
		| "completion"
		| "ask"
		| "deny"
		| "limit";
	readonly text: string;
}

export interface GrantChange {
	readonly rows: readonly ChangeRow[];
	/** True when something is new: then a person must be asked. */
	readonly widens: boolean;
}

/** What is granted after, against what was before; `before` null: nothing was. */
export function grantChange(before: Grant | null, after: Grant): GrantChange {
	const rows: ChangeRow[] = [];
	const old = before === null ? [] : allowedBy(before);
	const now = allowedBy(after);
	const relaunched = before === null || before.launch.fingerprint !== after.launch.fingerprint;
	if (relaunched)
		rows.push({
			mark: "+",
			kind: "start",
			text:
				before === null
					? "this command"
					: isSameLine(before.launch, after.launch)
						? "this command, whose code or surroundings are not what was approved before"
						: "this command, which is not the one that was approved before",
		});
	const gone = old.filter(({ key }) => !now.some((each) => each.key === key));
	const changed = [...after.tools].filter(([tool, pin]) => before?.tools.has(tool) === true && before.tools.get(tool) !== pin);
	const repinned = new Set(allowedBy({ ...after, tools: new Map(changed) }).flatMap(({ kind, key }) => (kind === "tool" ? [key] : [])));
	const beside = new Set([...(after.toolMeta ?? [])].flatMap(([tool, meta]) => (before?.toolMeta?.get(tool) === meta ? [] : [tool])));
	const remeta = new Set(
		allowedBy({ ...after, tools: new Map([...after.tools].filter(([tool]) => beside.has(tool))) }).flatMap(({ kind, key }) =>
			kind === "tool" ? [key] : [],
		),
	);
	let widens = relaunched;
	const isReplaced = (one: Allowed): boolean => now.some((each) => isInPlaceOf(each, one));
	for (const { kind, text } of gone.filter((one) => !isReplaced(one))) rows.push({ mark: "-", kind, text });
	for (const tool of before?.toolMeta?.keys() ?? [])
		if (after.tools.has(tool) && after.toolMeta?.has(tool) !== true)
			rows.push({ mark: "-", kind: "tool", text: `${exact(tool)}  (with its _meta; it stays without)` });
	for (const each of now) {
		const { key, kind, text } = each;
		const replaced = gone.filter((one) => isInPlaceOf(each, one));
		for (const one of replaced) if (one.text !== text) rows.push({ mark: "-", kind, text: one.text });
		const isAdded = !old.some((each) => each.key === key);
		const isNew = repinned.has(key) || remeta.has(key) || isAdded;
		widens ||= isNew;
		const changes = [
			...(repinned.has(key) || (kind !== "tool" && replaced.some((one) => one.text === text)) ? ["  (its definition has changed)"] : []),
			...(kind === "tool" && replaced.some((one) => one.text === text) ? ["  (the same, written in another way)"] : []),
			...(remeta.has(key) ? [`  (${isAdded ? "with" : "another thing in"} its _meta)`] : []),
		];
		rows.push({ mark: isNew ? "+" : " ", kind, text: `${text}${changes.join("")}` });
	}
	const bounds = boundChange(before, after);
	return { rows: [...rows, ...bounds.rows], widens: widens || bounds.widens };
}

function isInPlaceOf(one: Allowed, other: Allowed): boolean {
	return one.subject !== undefined && one.subject === other.subject && one.kind === other.kind;
}

/** The same words are started in the same place; what stands behind them may differ. */
function isSameLine(a: Grant["launch"], b: Grant["launch"]): boolean {
	const line = ({ command, args, cwd, env }: Grant["launch"]): string => JSON.stringify([command, args, cwd, Object.entries(env).sort()]);
	return line(a) === line(b);
}

/** What takes away from what is granted: less of it allows more. */
function boundChange(before: Grant | null, after: Grant): GrantChange {
	const denied = (grant: Grant | null): readonly string[] => (grant === null ? [] : confinedOf(grant).deny);
	// A limit is made of a name, a number and a unit, so that it needs no quotes.
	const row = (mark: ChangeRow["mark"], kind: ChangeRow["kind"], text: string): ChangeRow => ({
		mark,
		kind,
		text: kind === "limit" ? text : `${exact(text)}${after.sandbox === "off" ? ONCE_ON : ""}`,
	});
	const change = (kind: "deny" | "limit", old: readonly string[], now: readonly string[]): readonly ChangeRow[] => [
		...old.filter((each) => !now.includes(each)).map((each) => row("-", kind, each)),
		...now.map((each) => row(old.includes(each) ? " " : "+", kind, each)),
	];
	const rows = [
		...change("deny", denied(before), denied(after)),
		...change("limit", before === null ? [] : limitLines(before.limits), limitLines(after.limits)),
	];
	const shownAgain = denied(before).some((each) => !denied(after).includes(each));
	return { rows, widens: shownAgain || (before !== null && isRaised(before.limits, after.limits)) };
}

/** A command and its arguments, untruncated, each word told apart from the next. Credentials are masked. */
export function commandLine(line: Pick<DescribedLaunch["line"], "command" | "args">): string {
	return [line.command, ...maskedArguments(line)].map((word) => exact(maskDetected(word))).join(" ");
}

/** The arguments with what is told as a credential by its place or its form masked. */
export function maskedArguments({ command, args }: Pick<DescribedLaunch["line"], "command" | "args">): readonly string[] {
	const masked = [...args];
	// From the last to the first, so that the places of the others stay.
	for (const { index, start, end } of [...detectInArguments(args, command)].sort((a, b) => b.start - a.start)) {
		const text = masked[index] ?? "";
		masked[index] = text.slice(0, start) + mask(text.slice(start, end)) + text.slice(end);
	}
	return masked;
}
