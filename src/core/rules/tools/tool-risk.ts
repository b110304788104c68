import { namesAnAct } from "../../tools/risk.ts";

/**
 * What a tool does, as far as its name tells: `changes`: it writes, deletes, runs or sends something; `acts`: it does more than read,
 * and can do less harm; `reads`: nothing in its name says that it does more.
 */
export type ToolRisk = "changes" | "acts" | "reads";

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** One of these first, and what comes behind it is what is read: `get_deploy_status`. */
const READS = words(
	"get list read search find query describe show view check count lookup look status preview validate analyze analyse explain inspect resolve is has summarize compare diff log logs retrieve ask scan watch wait tail monitor help estimate parse",
);
const CHANGES = words(
	"write overwrite delete remove rm drop truncate purge wipe destroy push merge send publish deploy exec execute eval shell bash terminal spawn kill terminate pay transfer purchase buy refund grant revoke install uninstall",
);
const RUNS = words("run start invoke");
const CODE = words("command commands cmd script scripts code sql python javascript js program process");
const REWRITES = words("edit modify patch replace update move rename");
const FILES = words("file files directory folder");
/** What a server keeps for itself. */
const NOTES = words(
	"memory memories note notes todo todos thought thoughts plan plans task tasks entities entity relations observation observations graph knowledge context",
);

export function toolRisk(name: string): ToolRisk {
	const parts = name
		.slice(0, 200)
		.replace(/([a-z0-9])([A-Z])/g, "$1_$2")
		.toLowerCase()
		.split(/[^a-z]+/)
		.filter((part) => part !== "");
	const acts = parts.filter((part) => CHANGES.has(part) || REWRITES.has(part) || namesAnAct(part));
	const [first] = acts;
	if (first === undefined) return "reads";
	const read = parts.findIndex((part) => READS.has(part));
	// `get_or_create` does both.
	if (read >= 0 && read < parts.indexOf(first) && !parts.includes("or") && !parts.includes("and")) return "reads";
	if (parts.some((part) => NOTES.has(part))) return "acts";
	const has = (set: ReadonlySet<string>): boolean => parts.some((part) => set.has(part));
	return has(CHANGES) || (has(RUNS) && has(CODE)) || (has(REWRITES) && has(FILES)) ? "changes" : "acts";
}
