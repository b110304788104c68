import * as path from "node:path";
import type { World } from "../harness/world.ts";
import { grantEverything, type Pair } from "./granted.ts";
import type { Mode, SdkName } from "./hosts.ts";
import { type Visit, visitEverything, visitFixture } from "./visits.ts";

const ROOT = path.resolve(import.meta.dirname, "..", "..");
const fixture = (name: string): readonly string[] => [path.join(ROOT, "test", "fixtures", "servers", name)];

const SERVERS = {
	/** What the suite of the protocol expects of a server, on the second SDK. */
	conformance: fixture("conformance.mjs"),
	/** The protocol's own server for trying hosts, on the first SDK. */
	everything: [path.join(ROOT, "node_modules", "@modelcontextprotocol", "server-everything", "dist", "index.js"), "stdio"],
	parrot: fixture("parrot.mjs"),
};
export type Servers = Readonly<Record<keyof typeof SERVERS, Pair>>;

/** In a home of their own, with everything granted. */
export async function prepare(world: World): Promise<Servers> {
	await world.init();
	return grantEverything(world, SERVERS);
}

/** Which client visits which server, and how it finds the protocol's version. */
export const VISITS: readonly (readonly [sdk: SdkName, server: "everything" | "conformance", mode: Mode])[] = [
	["first", "everything", "legacy"],
	["first", "conformance", "legacy"],
	["second", "everything", "legacy"],
	["second", "everything", "auto"],
	["second", "conformance", "legacy"],
	["second", "conformance", "auto"],
	["second", "conformance", { pin: "2026-07-28" }],
];

export const VISIT_OF: Readonly<Record<"everything" | "conformance", Visit>> = { everything: visitEverything, conformance: visitFixture };
