import { CONFIG_RULES } from "./config/index.ts";
import { CONFINEMENT_RULES } from "./confinement/index.ts";
import type { Rule } from "./finding.ts";
import { SECRET_RULES } from "./secrets/index.ts";
import { SUPPLY_RULES } from "./supply/index.ts";
import { TOOL_RULES } from "./tools/index.ts";
import { TRANSPORT_RULES } from "./transport/index.ts";

/** In the order in which findings on the same text are told. */
export const RULES: readonly Rule[] = [
	...CONFIG_RULES,
	...SECRET_RULES,
	...SUPPLY_RULES,
	...TRANSPORT_RULES,
	...TOOL_RULES,
	...CONFINEMENT_RULES,
];
