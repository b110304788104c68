import type { Rule } from "../finding.ts";

/** Which tools are offered, and which are called without asking. */
export const TOOL_RULES: readonly Rule[] = [];
