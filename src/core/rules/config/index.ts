import type { Rule } from "../finding.ts";
import { invalidConfig } from "./invalid-config.ts";
import { invalidIgnore } from "./invalid-ignore.ts";

/** What a host reads otherwise than it was meant. */
export const CONFIG_RULES: readonly Rule[] = [invalidConfig, invalidIgnore];
