import { HOST_FILES } from "../hosts.ts";
import type { Pools } from "../pools.ts";
import type { Random } from "../random.ts";
import { type Sample, writeSample } from "../sample.ts";
import { setEnv } from "../sheet.ts";

/** Each format `rounds` times: under a variable that says that it is a credential, and under one that says nothing. */
export function thirdParty(random: Random, pools: Pools, rounds: number): Sample[] {
	const samples: Sample[] = [];
	const hosts = HOST_FILES.filter(({ permissions }) => permissions !== true);
	for (let round = 0; round < rounds; round++) {
		for (const [name, template] of random.shuffled(pools.formats)) {
			samples.push(
				writeSample(random, pools, { set: "third-party", escapes: 0, unfinished: 0, hosts }, (sheet) => {
					const named = sheet.server("stdio");
					const key = random.pick([`${name.replace(/\W/g, "").toUpperCase()}_API_KEY`, "X_API_KEY", "API_KEY", "ACCESS_TOKEN"]);
					setEnv(named, key, sheet.secret(name, "named variable", sheet.fill(template)));
					// Under a neutral name a UUID is an identifier, and a short word or number is anything.
					if (/\{(?:uuid|UUID)\}|^\{[a-zA-Z](?:\d|1\d)\}$/.test(template)) return;
					setEnv(
						sheet.server("stdio"),
						random.pick(pools.neutralKeys),
						sheet.secret(name, "neutral variable", sheet.fill(template), "hint"),
					);
				}),
			);
		}
	}
	return samples;
}
