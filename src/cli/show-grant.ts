import { exact, plain } from "../core/plain-text.ts";
import type { Grant } from "../core/policy/layers.ts";
import { detectInArguments } from "../core/secrets/arguments.ts";
import { mask } from "../core/secrets/mask.ts";
import { maskDetected } from "../core/secrets/redact.ts";
import type { DescribedLaunch } from "../platform/launch/describe.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** The exact command, untruncated but for credentials, which are masked, and what stands behind it on this machine. */
export function showLaunch(io: Io, { line, facts }: DescribedLaunch, secrets: Grant["secrets"] = new Map()): void {
	say(io, `${plain(line.name)}  (${plain(line.config)})`);
	say(io, `  command   ${[line.command, ...maskedArguments(line)].map(exact).join(" ")}`);
	const { code } = facts;
	if (code.kind === "package")
		say(io, `  runs      ${plain(code.name)}@${plain(code.version)}, from the store, with ${plain(facts.executable.path)}`);
	else if (code.kind === "script") say(io, `  runs      ${plain(code.script.path)}, with ${plain(facts.executable.path)}`);
	else say(io, `  runs      ${plain(facts.executable.path)}`);
	if (facts.mutable)
		say(
			io,
			`  note      your other programs can change this code; ${code.kind === "none" ? "it is not pinned" : "only its entry file is pinned"}`,
		);
	// The store's own folder, Node and the entry are named above.
	const named = [facts.executable.path, code.kind === "package" ? code.folder : code.kind === "script" ? code.script.path : null];
	const beside = facts.roots.filter((root) => !named.includes(root));
	for (const root of beside) say(io, `  reads     ${plain(root)}`);
	for (const [name, part] of Object.entries(line.env)) {
		if (part.kind === "literal") say(io, `  with      ${exact(maskDetected(`${name}=${part.value}`))}`);
		else if (part.kind === "host") say(io, `  with      ${plain(name)}, whatever the host puts there`);
	}
	for (const [slot, reference] of line.asks) {
		const granted = secrets.get(slot) === reference;
		say(
			io,
			`  asks for  ${plain(slot)} ← ${plain(reference)}${granted ? "" : `, which is not granted (--secret ${plain(slot)}=${plain(reference)})`}`,
		);
	}
}

/** One thing that a grant allows. Two are the same when their keys are, however they look. */
interface Allowed {
	readonly key: string;
	readonly text: string;
}

/** What a grant allows, in a fixed order. */
function allowedBy(grant: Grant): readonly Allowed[] {
	const { sandbox } = grant;
	const of = (kind: string, value: string, more = ""): Allowed => ({
		key: JSON.stringify([kind, value, more]),
		text: `${kind.padEnd(7)} ${exact(value)}${more === "" ? "" : ` ← ${exact(more)}`}`,
	});
	return [
		...(sandbox === "off"
			? [{ key: "off", text: "sandbox off: it can do whatever you can do" }]
			: [
					...sandbox.read.map((path) => of("read", path)),
					...sandbox.write.map((path) => of("write", path)),
					...sandbox.env.map((name) => of("env", name)),
				]),
		...grant.egress.map((target) => of("network", target)),
		...[...grant.secrets].map(([slot, reference]) => of("secret", slot, reference)),
		...[...grant.tools.keys()].sort().map((tool) => of("tool", tool)),
	];
}

/** Shows a change line by line: `+` is new, `-` goes, the rest stays. True when something is new. */
export function showChange(io: Io, before: Grant | null, after: Grant): boolean {
	const old = before === null ? [] : allowedBy(before);
	const now = allowedBy(after);
	const relaunched = before === null || before.launch.fingerprint !== after.launch.fingerprint;
	if (relaunched)
		say(io, `  + ${before === null ? "start   this command" : "start   this command, which is not the one that was approved before"}`);
	for (const each of old) if (!now.some(({ key }) => key === each.key)) say(io, `  - ${each.text}`);
	const changed = [...after.tools].filter(([tool, pin]) => before?.tools.has(tool) === true && before.tools.get(tool) !== pin);
	const repinned = new Set(changed.map(([tool]) => JSON.stringify(["tool", tool, ""])));
	let widens = relaunched;
	for (const { key, text } of now) {
		const isNew = repinned.has(key) || !old.some((each) => each.key === key);
		widens ||= isNew;
		say(io, `  ${isNew ? "+" : " "} ${text}${repinned.has(key) ? "  (its definition has changed)" : ""}`);
	}
	return widens;
}

function maskedArguments({ command, args }: DescribedLaunch["line"]): readonly string[] {
	const masked = [...args];
	// From the last to the first, so that the places of the others stay.
	for (const { index, start, end } of [...detectInArguments(args, command)].sort((a, b) => b.start - a.start)) {
		const text = masked[index] ?? "";
		masked[index] = text.slice(0, start) + mask(text.slice(start, end)) + text.slice(end);
	}
	return masked.map(maskDetected);
}
