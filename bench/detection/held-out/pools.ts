import { readFileSync } from "node:fs";
import { readLines, readPairs, readRows, readTriples } from "../lists.ts";
import { readMaterialFolder } from "../material.ts";
import { type Pools, readFormats } from "../pools.ts";
import { COMPUTED } from "./adversarial.ts";
import { list, NEGATIVE_ARGS, NEGATIVE_URLS, NEGATIVES, PLACEHOLDERS } from "./lists.ts";

/** The split that whoever works on the detector does not look at. */
export const HELD_OUT: Pools = {
	split: "held-out",
	words: readLines(list("words")),
	servers: readRows(list("servers")).map(([name = "", command = "", args = "", url = ""]) => ({
		name,
		command,
		args: args.split(" "),
		url,
	})),
	providers: readTriples(list("providers")),
	secretKeys: readLines(list("secret-keys")),
	passwordKeys: readLines(list("password-keys")),
	neutralKeys: readLines(list("neutral-keys")),
	secretFlags: readLines(list("secret-flags")),
	secretHeaders: readLines(list("secret-headers")),
	secretQueryKeys: readLines(list("secret-query-keys")),
	tokens: readLines(list("tokens")),
	passwords: readLines(list("passwords")),
	connections: readLines(list("connections")),
	semicolons: readPairs(list("semicolons")),
	webhooks: readTriples(list("webhooks")),
	capabilityUrls: readLines(list("capability-urls")),
	comments: readLines(list("comments")),
	permissions: readLines(list("permissions")),
	negatives: NEGATIVES,
	negativeArgs: NEGATIVE_ARGS,
	negativeUrls: NEGATIVE_URLS,
	negativeHeaders: readPairs(list("negative-headers")),
	references: readLines(list("references")),
	placeholders: PLACEHOLDERS,
	snippets: readLines(list("snippets")),
	snippetComments: readLines(list("snippet-comments")),
	sampleConnections: readLines(list("sample-connections")),
	adversarial: [...COMPUTED, ...readMaterialFolder(new URL("material/", import.meta.url))],
	formats: readFormats(readFileSync(list("formats"), "utf8").replace(/^# .*$/gm, "")),
};
