import { IGNORE_KEY } from "../../config/entry.ts";
import { HOSTS, type HostId } from "../../config/hosts.ts";
import { isOneSlip } from "./edit-distance.ts";

/** Names that other hosts, and people, use for what a field means. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
	cmd: ["command"],
	arguments: ["args"],
	argv: ["args"],
	params: ["args"],
	environment: ["env"],
	environments: ["env"],
	environmentvariables: ["env"],
	envvars: ["env"],
	envs: ["env"],
	variables: ["env"],
	uri: ["url"],
	endpoint: ["url"],
	serverurl: ["url"],
	httpurl: ["url"],
	baseurl: ["url"],
	httpheaders: ["headers"],
	dir: ["cwd"],
	workingdirectory: ["cwd"],
	workdir: ["cwd"],
	dotenv: ["envFile"],
	envpath: ["envFile"],
};

/** Shorter words are a slip away from many. */
const MIN_LENGTH = 4;

/**
 * The field that somebody meant who wrote a name that the host does not read. Null: the host reads it, it is not known what the host
 * reads, or it is like none of that: a key of another program, or a comment.
 */
export function betterField(host: HostId, written: string): string | null {
	const { fields } = HOSTS[host];
	if (fields === null || fields.includes(written) || written === IGNORE_KEY || written.length > 40) return null;
	const bare = bareOf(written);
	// Somebody's comment, or what a person put out of use: `_args`, `//command`.
	if (/^[^A-Za-z]/.test(written) || bare === "") return null;
	const same = fields.find((field) => bareOf(field) === bare);
	if (same !== undefined) return same;
	const meant = Object.hasOwn(SYNONYMS, bare) ? SYNONYMS[bare]?.find((field) => fields.includes(field)) : undefined;
	if (meant !== undefined) return meant;
	// What some host calls a field of its own is no slip.
	if (ALL_FIELDS.has(written)) return null;
	const near = fields.filter((field) => {
		const other = bareOf(field);
		return (other.length >= MIN_LENGTH && bare.length >= MIN_LENGTH && isOneSlip(bare, other)) || `${bare}s` === other;
	});
	return near.length === 1 ? (near[0] ?? null) : null;
}

const ALL_FIELDS: ReadonlySet<string> = new Set(
	Object.values(HOSTS).flatMap(({ fields, tools, names }) => [
		...(fields ?? []),
		...tools.allow,
		...tools.deny,
		...tools.unattended,
		...Object.values(names).flat(),
	]),
);

function bareOf(name: string): string {
	return name.replace(/[^A-Za-z0-9]/g, "").toLowerCase();
}
