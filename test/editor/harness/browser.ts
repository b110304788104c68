import * as fs from "node:fs";
import * as path from "node:path";
import { type Browser, chromium } from "playwright-core";
import { BROWSERS } from "../../../src/setup/parts.mjs";

/** Starts the system's Chromium without a window. */
export function launchBrowser(): Promise<Browser> {
	return chromium.launch({
		executablePath: findBrowser(),
		args: [
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-gpu",
			"--disable-quic",
			"--disable-sync",
			"--no-first-run",
			// Chromium refuses to confine itself as root; the one page that it shows is ours.
			...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
		],
	});
}

function findBrowser(): string {
	const folders = (process.env.PATH ?? "").split(path.delimiter).filter((folder) => path.isAbsolute(folder));
	const found = BROWSERS.flatMap((name) => folders.map((folder) => path.join(folder, name))).find((file) => fs.existsSync(file));
	if (found === undefined) throw new Error(`None of ${BROWSERS.join(", ")} is on the PATH.`);
	return found;
}
