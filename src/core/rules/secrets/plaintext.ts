import type { Rule } from "../finding.ts";
import { secretInArgument } from "./secret-in-argument.ts";
import { secretInConfig } from "./secret-in-config.ts";
import { secretInEnv } from "./secret-in-env.ts";
import { secretInHeader } from "./secret-in-header.ts";
import { secretInUrl } from "./secret-in-url.ts";

/** Every rule that finds a credential in plain text; the first that sees a text tells it. Everything that masks goes by them. */
export const PLAINTEXT_RULES: readonly Rule[] = [secretInEnv, secretInHeader, secretInUrl, secretInArgument, secretInConfig];
