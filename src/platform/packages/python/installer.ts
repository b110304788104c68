import { normalizeName, type PythonRequirement } from "../../../core/launch/python-requirement.ts";
import { fail, type Result } from "../../../core/result.ts";
import { type InstallEnd, redact } from "../confined-install.ts";
import type { InstallDeps } from "../kind.ts";
import type { Interpreter } from "./interpreter.ts";
import type { Sources } from "./sources.ts";

/** One installation of Python packages, in the hands of pip or uv. */
export interface PythonInstall {
	readonly requirement: PythonRequirement;
	readonly beside: readonly PythonRequirement[];
	readonly prereleases: boolean;
	readonly interpreter: Interpreter;
	readonly sources: Sources;
	readonly engine: InstallDeps["engine"];
	/** Not there yet: the packages end up here. */
	readonly site: string;
	/** Empty, and the installer's own. */
	readonly cache: string;
	/** Absolute folder for small files, which the installer may only read. */
	readonly settings: string;
	readonly timeoutMs: number;
}

/** A package as the lock has it. */
export interface LockedWheel {
	/** Normalised. */
	readonly name: string;
	readonly version: string;
	/** Hexadecimal SHA-256 of the archive, or of each archive that may be taken: never empty. */
	readonly hashes: readonly string[];
}

/** Every package of an installation with its hashes, as pip and uv read it. */
export function lockText(packages: readonly LockedWheel[]): string {
	return packages
		.map(({ name, version, hashes }) => `${name}==${version} ${hashes.map((hash) => `--hash=sha256:${hash}`).join(" ")}\n`)
		.join("");
}

const ADVICE: readonly (readonly [says: RegExp, code: string, why: string, remedy: string])[] = [
	[
		/(?:outside|not in) the (?:target|scripts|destination) director|installed outside/i,
		"package-unpinned",
		"it would write outside its own folder",
		"Do not use this package; tell the index's administrator.",
	],
	[
		/No sources permitted|only-binary|no wheels|building source distributions is disabled|no usable wheels|has no binary distribution/i,
		"package-source",
		"it, or something that it needs, is published as source alone for this Python, and building that would run its code",
		"Choose a version that has a wheel, or build the wheels yourself and name their folder in your own configuration (pip wheel, find-links).",
	],
	[
		/Requires-Python|requires a different Python|does not satisfy Python|requires-python/i,
		"package-python",
		"it is not made for this version of Python",
		"Ask for another interpreter that is installed (--python 3.12), or choose another version of the package.",
	],
	[
		/DO NOT MATCH THE HASHES|Hash mismatch/i,
		"package-install",
		"what the index sent does not match its own hash",
		"Do not use this version; tell the index's administrator.",
	],
	[
		/\b(?:401|403)\b (?:Client )?Error|Unauthorized|403 Forbidden for url|Credentials not correct/i,
		"package-install",
		"the index refused access",
		"Check the credentials for it in your own configuration: pip.conf, uv.toml or .netrc.",
	],
	[
		/CERTIFICATE_VERIFY_FAILED|SSLError|UnknownIssuer|invalid peer certificate/i,
		"package-install",
		"the index's certificate is not trusted",
		"Name your authority's certificate: PIP_CERT or SSL_CERT_FILE.",
	],
	[
		/not a trusted or secure host/i,
		"package-install",
		"the index is not encrypted, so that whoever is on the way decides what is installed",
		"Use the index over https.",
	],
	[
		/Tunnel connection failed|Failed to establish a new connection|Connection refused|NameResolutionError|ProxyError|Cannot connect to proxy|ReadTimeout|ConnectTimeout|error sending request|dns error|tcp connect error|50[0-9] Server Error/i,
		"package-install",
		"the index cannot be reached",
		"Check the network, and the index in your own configuration.",
	],
	[
		/none of the wheel's tags|no wheels with a matching|not compatible with the current platform/i,
		"package-install",
		"it is not made for this machine or this version of Python",
		"Choose another version, or ask for another interpreter (--python 3.12).",
	],
	[
		/No matching distribution|404 Client Error|not found in the package registry|no version/i,
		"package-install",
		"the index has no such package or version",
		"Check its name and version for a typing error.",
	],
	[
		/ResolutionImpossible|conflicting dependencies|unsatisfiable/i,
		"package-install",
		"its requirements contradict one another",
		"Choose another version of the package, or remove what is installed beside it.",
	],
	[/No space left|ENOSPC/i, "package-install", "the disk is full", "Free some space and try again."],
];

/** Why an installer failed, for people. What it said itself is a stranger's text, and is shown in part and without credentials. */
export function explainInstall(tool: string, end: InstallEnd, { requirement, sources, timeoutMs }: PythonInstall): Result<never> {
	const { name } = requirement;
	if (end.late)
		return fail(
			"package-install",
			`${tool} did not finish installing ${name} in ${Math.round(timeoutMs / 1000)} seconds.`,
			"Check the network and try again.",
		);
	const lines = redact(end.output, sources.secrets)
		.split("\n")
		.map((line) => line.trim())
		.filter((line) => line !== "");
	const text = aboutTheAbsent(lines).join("\n");
	const elsewhere = refusedHost(lines, sources);
	if (elsewhere !== null)
		return fail(
			"package-install",
			`${name} was not installed: the index leads to another host (${elsewhere}).`,
			"Choose another version or another package, or an index that serves its files itself.",
		);
	const found = ADVICE.find(([says]) => says.test(text));
	const errors = lines.filter((line) => /^(?:ERROR|error|× )/.test(line)).map((line) => line.replace(/^(?:ERROR|error):\s*/, ""));
	const said = errors.at(-1) ?? "";
	// What is understood is said above; what was looked for is not.
	const detail =
		said === "" || (found !== undefined && !/No matching/.test(said)) ? "" : ` (${tool}: ${said.slice(0, 240).replace(/\.$/, "")})`;
	return fail(
		found?.[1] ?? "package-install",
		`${name} was not installed: ${found?.[2] ?? `${tool} failed`}${detail}.`,
		found?.[3] ?? "Try it by hand in an empty folder to see more: pip download --only-binary :all: NAME",
	);
}

/** What pip said of the package that it did not find: it tells the same kind of thing of all that it passed over. */
function aboutTheAbsent(lines: readonly string[]): readonly string[] {
	const absent = lines
		.map((line) => /No matching distribution found for ([A-Za-z0-9._-]+)/.exec(line)?.[1])
		.find((each) => each !== undefined);
	if (absent === undefined) return lines;
	const name = normalizeName(absent);
	return lines.filter((line) => normalizeName(line).includes(name));
}

/** A host that is not the index's, and that was refused therefore; null: none was. */
function refusedHost(lines: readonly string[], { indexes }: Sources): string | null {
	for (const line of lines) {
		if (!/\b403\b/.test(line)) continue;
		const host = /host='([^']{1,253})'|for url:? \(?https?:\/\/([^/:\s)]{1,253})/.exec(line);
		const named = host?.[1] ?? host?.[2];
		const isOne = (place: string) => place.startsWith(`${named}:`);
		if (named !== undefined && !indexes.some(({ egress }) => egress.some(isOne))) return named;
	}
	return null;
}
