import * as fs from "node:fs";
import type { Home } from "../home.ts";
import { networkFile } from "../network.ts";
import { readLayers } from "../policy-files.ts";
import { isAnythingHeld } from "./held.ts";

/** Whether what stands in the home now depends on what was accepted. False also where its policies cannot be read. */
export function mayHold(home: Home): boolean {
	const layers = readLayers(home, { workspace: null, narrowing: [] });
	return layers.ok && (isAnythingHeld(home, layers.value) || fs.existsSync(networkFile(home)));
}
