import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod/mini";
import type { Engine, Flag } from "./engine.ts";
import { installPeer, type Peer } from "./peer.ts";

/** The release that is compared. */
export const FERRET_PEER: Peer = { name: "ferret-scan", version: "2.10.0" };

const Finding = z.object({
	category: z.string(),
	severity: z.string(),
	file: z.string(),
	line: z.number(),
	column: z.optional(z.number()),
	match: z.string(),
});

const Library = z.object({
	scan: z.custom<(config: unknown) => Promise<unknown>>((value) => typeof value === "function"),
	DEFAULT_CONFIG: z.record(z.string(), z.unknown()),
	// The object itself, not a copy: it keeps its level.
	logger: z.custom<{ configure(options: { readonly level: string }): void }>(
		(value) => typeof value === "object" && value !== null && "configure" in value,
	),
});

/** Its own scan of a folder, with the entropy analysis that it leaves off by default. What it calls low or for information is a hint. */
export const FERRET: Engine = {
	name: "ferret-scan",
	async run(samples, say) {
		const ferret = await loadFerret(say);
		if (ferret === null) return null;
		const { scan, DEFAULT_CONFIG } = ferret;
		const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-bench-"));
		try {
			for (const [i, sample] of samples.entries()) {
				const file = path.join(folder, String(i), sample.path);
				fs.mkdirSync(path.dirname(file), { recursive: true });
				fs.writeFileSync(file, sample.text);
			}
			const result = await scan({
				...DEFAULT_CONFIG,
				paths: [folder],
				entropyAnalysis: true,
				redact: false,
				ci: true,
				maxFiles: samples.length,
			});
			const { findings } = z.object({ findings: z.array(Finding) }).parse(result);
			const found: Flag[][] = samples.map(() => []);
			for (const finding of findings) {
				const i = Number(path.relative(folder, finding.file).split(path.sep)[0]);
				const text = samples[i]?.text;
				if (finding.category === "credentials" && text !== undefined) found[i]?.push(place(text, finding));
			}
			return found;
		} finally {
			fs.rmSync(folder, { recursive: true, force: true });
		}
	},
};

/** Installed on first use, and silent. Null: it could not be installed, and `say` was told why. */
export async function loadFerret(say: (text: string) => void): Promise<z.infer<typeof Library> | null> {
	let modules: string;
	try {
		modules = await installPeer(FERRET_PEER);
	} catch (error) {
		say(`ferret-scan is left out: it could not be installed (${error instanceof Error ? error.message : error}).`);
		return null;
	}
	const entry = path.join(modules, "ferret-scan", "dist", "index.js");
	const library = Library.parse({ ...(await import(pathToFileURL(entry).href)) });
	library.logger.configure({ level: "silent" });
	return library;
}

/** It tells lines, columns and the text that matched. Where that is a key, what it means is the value behind it. */
function place(text: string, { line, column = 1, match, severity }: z.infer<typeof Finding>): Flag {
	let start = 0;
	for (let i = 1; i < line; i++) start = text.indexOf("\n", start) + 1;
	const offset = start + column - 1;
	const value = /^["']?\s*[:=]\s*["']?([^"'\r\n]+)/.exec(text.slice(offset + match.length, offset + match.length + 2000));
	const tier = severity === "LOW" || severity === "INFO" ? "hint" : "warning";
	if (value?.[1] === undefined) return { offset, length: match.length, tier };
	return { offset: offset + match.length + value[0].length - value[1].length, length: value[1].length, tier };
}
