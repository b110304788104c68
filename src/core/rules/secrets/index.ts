import type { Rule } from "../finding.ts";
import { invalidReference } from "./invalid-reference.ts";
import { secretInArgument } from "./secret-in-argument.ts";
import { secretInConfig } from "./secret-in-config.ts";
import { secretInEnv } from "./secret-in-env.ts";
import { secretInHeader } from "./secret-in-header.ts";
import { secretInUrl } from "./secret-in-url.ts";

/** What is wrong with credentials and references to them. The first that sees a text tells it. */
export const SECRET_RULES: readonly Rule[] = [invalidReference, secretInEnv, secretInHeader, secretInUrl, secretInArgument, secretInConfig];
