import { normalized } from "../../normalized.ts";
import { remembered } from "../../secrets/remembered.ts";
import { newFinding, type Rule } from "../finding.ts";
import { nearWord } from "../supply/lookalike.ts";
import { isLoopback, isPrivate } from "./address.ts";
import { decodePunycode } from "./punycode.ts";
import { hostSpan, mayLeadAway, partSpan, remoteAddresses } from "./remote-addresses.ts";
import { WELL_KNOWN_DOMAINS } from "./well-known-servers.ts";

export const disguisedHost: Rule = {
	id: "disguised-host",
	title: "Host that looks like another one",
	help: "This is not the host that it looks like. Compare it letter by letter with the provider's documentation.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A remote server whose host is made to be misread: letters of two scripts in one word (also behind `xn--`), a name that differs from a well-known one in letters that look alike (`1` for `l`, `rn` for `m`) or by one slip of a long word (`gihtub.com`), a well-known name as the beginning of another (`mcp.linear.app.example.net`) or in front of an `@`. Names in one script, in whatever language, are left alone.",
		matters:
			"The file looks right to whoever reviews it, and the tokens meant for a provider go to somebody who registered the look-alike.",
		remedy: "Take the address from the provider's documentation. If the odd name is right, put it aside with a reason.",
		example: {
			before: '"linear": { "url": "https://mcp.1inear.app/mcp" }',
			after: '"linear": { "url": "https://mcp.linear.app/mcp" }',
		},
	},
	mayConcern: (texts, server) =>
		mayLeadAway(texts, server) &&
		remoteAddresses(server).some(({ address }) => address.userinfo !== null || disguiseOf(address.host) !== null),
	*checkServer(server, document) {
		for (const remote of remoteAddresses(server)) {
			const { word, address, keyPath } = remote;
			const { userinfo } = address;
			const front = userinfo === null ? null : hostInUserinfo(word.text.slice(userinfo.start, userinfo.end));
			const disguise =
				front === null ? disguiseOf(address.host) : `Everything before the @ is no host: this leads elsewhere, not to ${front}.`;
			if (disguise === null) continue;
			yield newFinding({
				ruleId: "disguised-host",
				severity: "warning",
				server: server.name.value,
				keyPath,
				span: front === null || userinfo === null ? hostSpan(document, remote) : partSpan(document, word, userinfo.start, address.hostEnd),
				message: `${disguise} Take the address from the provider's documentation.`,
			});
		}
	},
};

/** A well-known host, or this machine, where a user's name would stand; null: it is none. */
export function hostInUserinfo(userinfo: string): string | null {
	const name = userinfo.split(":", 1)[0]?.toLowerCase() ?? "";
	if (name.length > 253) return null;
	if (isLoopback(name)) return name;
	return WELL_KNOWN_DOMAINS.find((domain) => name === domain || name.endsWith(`.${domain}`)) ?? null;
}

/** What is wrong with the name, for people; null: nothing is. */
const disguiseOf = remembered(findDisguise);

function findDisguise(host: string): string | null {
	if (host.length > 253 || /[${}<>%]/.test(host)) return null;
	// Not the name of any server.
	if (!host.includes(".")) return null;
	const labels = host.split(".").map((label) => (label.startsWith("xn--") ? (decodePunycode(label.slice(4)) ?? label) : label));
	if (labels.some(mixesScripts)) return "This name mixes letters of different scripts that look alike.";
	const end = labels.slice(-2).join(".");
	const known = BY_LOOKS.get(looks(end));
	if (known !== undefined) return known === end ? null : `This name looks like ${known} and is another one.`;
	if (isPrivate(host) || host.endsWith(".mcas.ms")) return null;
	const meant = slipOf(end);
	if (meant !== null) return `This name is one slip away from ${meant}.`;
	// `google.com.br` is Google's own.
	const front = labels
		.slice(0, -3)
		.map((label, i) => `${label}.${labels[i + 1]}`)
		.find((pair) => KNOWN.has(pair));
	return front === undefined ? null : `This name begins like ${front} and belongs to somebody else.`;
}

/** The well-known name that is meant: another one with the same ending, but for one letter of a long word. Null: none. */
const slipOf = remembered((end): string | null => {
	const [name = "", ending] = end.split(".");
	if (name.length < 5 || name.length > 40) return null;
	return BY_ENDING.get(ending ?? "")?.find((domain) => nearWord(name, domain.split(".", 1)[0] ?? "")) ?? null;
});

/** What stands behind the first full stop, up to the next. */
function endingOf(domain: string): string {
	return domain.split(".")[1] ?? "";
}

const LATIN = /\p{Script=Latin}/u;
const OTHER_SCRIPTS: readonly RegExp[] = [
	/\p{Script=Cyrillic}/u,
	/\p{Script=Greek}/u,
	/\p{Script=Armenian}/u,
	/\p{Script=Cherokee}/u,
	/\p{Script=Coptic}/u,
	/\p{Script=Lisu}/u,
];

/** Two scripts whose letters are taken for each other's, in one word. Japanese and Latin, say, stand beside each other honestly. */
function mixesScripts(label: string): boolean {
	if (isAscii(label)) return false;
	return [LATIN, ...OTHER_SCRIPTS].filter((script) => script.test(label)).length > 1;
}

/** Letters of other scripts by the Latin one that they look like. */
const ALIKE: ReadonlyMap<string, string> = new Map(
	Object.entries({
		a: "аαɑ",
		b: "ЬƄ",
		c: "сϲᴄ",
		d: "ԁɗ",
		e: "еєҽ",
		g: "ɡց",
		h: "һհ",
		i: "іιɩı",
		j: "јϳ",
		k: "кκ",
		l: "ӏⅼǀ",
		m: "мⅿ",
		n: "пո",
		o: "оοσօ",
		p: "рρ",
		q: "ԛգ",
		r: "гᴦ",
		s: "ѕꜱ",
		t: "тτ",
		u: "υսц",
		v: "ѵν",
		w: "ѡԝω",
		x: "хχ",
		y: "уүγ",
		z: "ᴢ",
	}).flatMap(([latin, others]) => [...others].map((other): [string, string] => [other, latin])),
);

/** The same for two names that a reader takes for each other. */
function looks(name: string): string {
	return (isAscii(name) ? name : inLatin(name)).replace(/0/g, "o").replace(/[1i|]/g, "l").replace(/rn/g, "m").replace(/vv/g, "w");
}

function inLatin(name: string): string {
	return [...normalized(name, "NFKD").replace(/\p{M}/gu, "").toLowerCase()].map((c) => ALIKE.get(c) ?? c).join("");
}

function isAscii(text: string): boolean {
	return /^[\0-\x7f]*$/.test(text);
}

const KNOWN: ReadonlySet<string> = new Set(WELL_KNOWN_DOMAINS);
const BY_ENDING: ReadonlyMap<string, readonly string[]> = new Map(
	[...new Set(WELL_KNOWN_DOMAINS.map(endingOf))].map((ending) => [
		ending,
		WELL_KNOWN_DOMAINS.filter((domain) => endingOf(domain) === ending),
	]),
);
const BY_LOOKS: ReadonlyMap<string, string> = new Map(WELL_KNOWN_DOMAINS.map((domain) => [looks(domain), domain]));
