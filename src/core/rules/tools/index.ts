import type { Rule } from "../finding.ts";
import { approvalOff } from "./approval-off.ts";
import { connectorTools } from "./connector-tools.ts";
import { contradictoryTools } from "./contradictory-tools.ts";
import { deprecatedConnector } from "./deprecated-connector.ts";
import { noAllowlist } from "./no-allowlist.ts";
import { unattendedTools } from "./unattended-tools.ts";

/** Which tools are offered, and which are called without asking. */
export const TOOL_RULES: readonly Rule[] = [
	approvalOff,
	unattendedTools,
	connectorTools,
	noAllowlist,
	contradictoryTools,
	deprecatedConnector,
];
