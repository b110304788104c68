import type { Rule } from "../finding.ts";
import { hiddenText } from "./hidden-text.ts";
import { invalidConfig } from "./invalid-config.ts";
import { invalidIgnore } from "./invalid-ignore.ts";
import { invalidUrl } from "./invalid-url.ts";
import { lookalikeName } from "./lookalike-name.ts";
import { misspeltField } from "./misspelt-field.ts";
import { relativeCommand } from "./relative-command.ts";
import { reservedName } from "./reserved-name.ts";
import { serverDrift } from "./server-drift.ts";
import { shadowedServer } from "./shadowed-server.ts";
import { wrongRootKey } from "./wrong-root-key.ts";
import { wrongTransport } from "./wrong-transport.ts";

/** What a host reads otherwise than it was meant. */
export const CONFIG_RULES: readonly Rule[] = [
	invalidConfig,
	wrongRootKey,
	hiddenText,
	misspeltField,
	wrongTransport,
	invalidUrl,
	lookalikeName,
	reservedName,
	shadowedServer,
	serverDrift,
	relativeCommand,
	invalidIgnore,
];
