import type { Rule } from "../finding.ts";
import { notLaunchedThroughSallyport } from "./not-launched-through-sallyport.ts";
import { widePath } from "./wide-path.ts";

/** What a server can reach of the machine that it runs on. */
export const CONFINEMENT_RULES: readonly Rule[] = [widePath, notLaunchedThroughSallyport];
