import { EARLIER } from "./dev/earlier/pools.ts";
import { DEV } from "./dev/pools.ts";
import { HELD_OUT } from "./held-out/pools.ts";
import type { Pools } from "./pools.ts";
import { Random } from "./random.ts";
import type { Sample, SetName } from "./sample.ts";
import { adversarial, ordinary } from "./sets/configs.ts";
import { documentation, placeholders } from "./sets/documentation.ts";
import { thirdParty } from "./sets/third-party.ts";

const SETS: Readonly<Record<SetName, (random: Random, pools: Pools, size: number) => Sample[]>> = {
	ordinary,
	adversarial,
	documentation: (random, pools, size) => documentation(random, pools, Math.max(300, size)),
	placeholders: (random, pools, size) => placeholders(random, pools, Math.ceil(size / 4)),
	"third-party": (random, pools) => thirdParty(random, pools, 1),
};

/** The material, by what it is called in the seed: the dev split has two, each measured in full. */
const MATERIAL: Readonly<Record<string, Pools>> = { dev: DEV, earlier: EARLIER, "held-out": HELD_OUT };

/**
 * Every set of both splits. A set has numbers of its own, so that a change to one leaves the others as they were.
 *
 * @param size files of a set, for each of the three
 */
export function generate(seed: string, size: number): Sample[] {
	return Object.entries(MATERIAL).flatMap(([name, pools]) =>
		Object.entries(SETS).flatMap(([set, write]) => write(new Random(`${seed} ${set} ${name}`), pools, size)),
	);
}
