import type { Rule } from "../finding.ts";
import { credentialInGit } from "./credential-in-git.ts";
import { envFile } from "./env-file.ts";
import { invalidReference } from "./invalid-reference.ts";
import { plainInput } from "./plain-input.ts";
import { PLAINTEXT_RULES } from "./plaintext.ts";
import { readableCredential } from "./readable-credential.ts";
import { sharedCredential } from "./shared-credential.ts";
import { unexpandedReference } from "./unexpanded-reference.ts";
import { unknownInput } from "./unknown-input.ts";
import { unresolvedReference } from "./unresolved-reference.ts";

/** What is wrong with credentials and references to them. The first that sees a text tells it. */
export const SECRET_RULES: readonly Rule[] = [
	invalidReference,
	...PLAINTEXT_RULES,
	credentialInGit,
	readableCredential,
	sharedCredential,
	plainInput,
	unknownInput,
	unexpandedReference,
	unresolvedReference,
	envFile,
];
