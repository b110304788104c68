import { plain } from "../core/plain-text.ts";
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
	say(io, `  command   ${[plain(line.command), ...maskedArguments(line)].map(quoted).join(" ")}`);
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
		if (part.kind === "literal") say(io, `  with      ${quoted(plain(maskDetected(`${name}=${part.value}`)))}`);
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

/** What a grant allows, one line each, in a fixed order. */
function grantLines(grant: Grant): readonly string[] {
	const { sandbox } = grant;
	return [
		...(sandbox === "off" ? ["sandbox off: it can do whatever you can do"] : []),
		...(sandbox === "off" ? [] : sandbox.read.map((path) => `read    ${plain(path)}`)),
		...(sandbox === "off" ? [] : sandbox.write.map((path) => `write   ${plain(path)}`)),
		...(sandbox === "off" ? [] : sandbox.env.map((name) => `env     ${plain(name)}`)),
		...grant.egress.map((target) => `network ${plain(target)}`),
		...[...grant.secrets].map(([slot, reference]) => `secret  ${plain(slot)} ← ${plain(reference)}`),
		...[...grant.tools.keys()].sort().map((tool) => `tool    ${plain(tool)}`),
	];
}

/** Shows a change line by line: `+` is new, `-` goes, the rest stays. True when something is new. */
export function showChange(io: Io, before: Grant | null, after: Grant): boolean {
	const old = before === null ? [] : grantLines(before);
	const now = grantLines(after);
	const relaunched = before === null || before.launch.fingerprint !== after.launch.fingerprint;
	if (relaunched)
		say(io, `  + ${before === null ? "start   this command" : "start   this command, which is not the one that was approved before"}`);
	for (const line of old) if (!now.includes(line)) say(io, `  - ${line}`);
	let widens = relaunched;
	for (const line of now) {
		const repinned =
			line.startsWith("tool ") &&
			before !== null &&
			[...after.tools].some(([tool, pin]) => line === `tool    ${plain(tool)}` && before.tools.has(tool) && before.tools.get(tool) !== pin);
		const isNew = !old.includes(line) || repinned;
		if (isNew) widens = true;
		say(io, `  ${isNew ? "+" : " "} ${line}${repinned ? "  (its definition has changed)" : ""}`);
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
	return masked.map((text) => plain(maskDetected(text)));
}

/** Quoted when it could be read as more than one word. */
function quoted(safe: string): string {
	return /^[\w@%+=:,./~^-]+$/.test(safe) ? safe : JSON.stringify(safe);
}
