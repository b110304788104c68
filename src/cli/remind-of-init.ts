import * as fs from "node:fs";
import type { HomeToBe } from "../platform/wrapping.ts";
import type { Io } from "./io.ts";
import { say } from "./say.ts";

/** Entries that name a launcher which is not there start nothing. */
export function remindOfInit(home: HomeToBe, io: Io): void {
	if (!fs.existsSync(home.stub)) say(io, `The launcher is not installed at ${home.stub} yet. Run: sallyport init`);
}
