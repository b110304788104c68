import type { Rule } from "../finding.ts";
import { insecureUrl } from "./insecure-url.ts";

/** How a remote server is reached. */
export const TRANSPORT_RULES: readonly Rule[] = [insecureUrl];
