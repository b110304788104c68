import type { HostFile } from "../hosts.ts";
import type { Pools, Recipe } from "../pools.ts";
import type { Random } from "../random.ts";
import { ORDINARY, writeHarmless } from "../recipes.ts";
import { fitting, type Sample, writeSample } from "../sample.ts";
import type { Sheet } from "../sheet.ts";

/** Config files as people really write them. */
export function ordinary(random: Random, pools: Pools, size: number): Sample[] {
	return files(size, () =>
		writeSample(random, pools, { set: "ordinary", escapes: 0, unfinished: 0 }, (sheet, host) => {
			const count = random.between(1, 3);
			for (let i = 0; i < count; i++) {
				// Three in five hold a secret: more than in life, so that a small corpus says enough.
				if (random.chance(0.6)) write(sheet, host, ORDINARY, random.chance(0.2) ? 2 : 1, 2);
				else write(sheet, host, ORDINARY, 0, 3);
			}
		}),
	);
}

/** Config files whose author meant to mislead, or was very unlucky. */
export function adversarial(random: Random, pools: Pools, size: number): Sample[] {
	return files(size, () =>
		writeSample(random, pools, { set: "adversarial", escapes: 0.15, unfinished: 0.1 }, (sheet, host) => {
			const count = random.between(1, 2);
			for (let i = 0; i < count; i++) write(sheet, host, pools.adversarial, 3, 0);
		}),
	);
}

function files(size: number, file: () => Sample): Sample[] {
	return Array.from({ length: size }, file);
}

function write(sheet: Sheet, host: HostFile, recipes: readonly Recipe[], count: number, harmless: number): void {
	const server = sheet.server(host.permissions !== true && sheet.random.chance(0.3) ? "http" : "stdio");
	const choice = fitting(recipes, host, server.kind);
	// What a recipe sets it may set over what another one said: then the marks of the other are gone with its text.
	for (let i = 0; i < count; i++) sheet.random.weighted(choice).write(sheet, server);
	for (let i = 0; i < harmless; i++) writeHarmless(sheet, server);
}
