import { plain } from "../core/plain-text.ts";
import type { Grant } from "../core/policy/layers.ts";
import { maskDetected } from "../core/secrets/redact.ts";
import type { DescribedLaunch } from "../platform/launch/describe.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** The exact command, untruncated but for credentials, which are masked, and what stands behind it on this machine. */
export function showLaunch(io: Io, { line, facts }: DescribedLaunch): void {
	say(io, `${plain(line.name)}  (${plain(line.config)})`);
	say(io, `  command   ${[line.command, ...line.args].map(word).join(" ")}`);
	const { code } = facts;
	if (code.kind === "package")
		say(io, `  runs      ${plain(code.name)}@${plain(code.version)}, from the store, with ${plain(facts.executable.path)}`);
	else if (code.kind === "script") say(io, `  runs      ${plain(code.script.path)}, with ${plain(facts.executable.path)}`);
	else say(io, `  runs      ${plain(facts.executable.path)}`);
	if (facts.mutable) say(io, "  note      this code can be changed by your other programs; only its entry file is pinned");
	for (const [name, part] of Object.entries(line.env)) {
		if (part.kind === "literal") say(io, `  with      ${word(`${name}=${part.value}`)}`);
		else if (part.kind === "host") say(io, `  with      ${word(name)}, whatever the host puts there`);
	}
	for (const [slot, reference] of line.asks) say(io, `  asks for  ${plain(slot)} ← ${plain(reference)}`);
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

/** Quoted when it could be read as more than one word. */
function word(text: string): string {
	const safe = plain(maskDetected(text));
	return /^[\w@%+=:,./~^-]+$/.test(safe) ? safe : JSON.stringify(safe);
}
