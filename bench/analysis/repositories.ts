import { matchHost } from "../../src/core/config/hosts.ts";
import { DEV } from "../detection/dev/pools.ts";
import { Random } from "../detection/random.ts";
import type { Sample } from "../detection/sample.ts";
import { ordinary } from "../detection/sets/configs.ts";

/** The config files of so many repositories, one list each: mostly one or two, of any host that is read. */
export function repositories(seed: string, count: number): readonly (readonly Sample[])[] {
	const random = new Random(seed);
	return Array.from({ length: count }, () => {
		const size = random.pick([1, 1, 1, 2, 2, 3, 5]);
		return ordinary(random, DEV, size).filter(({ path }) => matchHost(path) !== null);
	});
}
