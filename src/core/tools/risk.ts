/** Words in a tool's name that mean more than reading, whatever its annotations say. */
const ACTS =
	/(?:^|[^a-z])(?:write|edit|create|delete|remove|rename|move|copy|update|insert|upsert|set|put|post|patch|push|merge|commit|send|publish|upload|install|exec|execute|run|eval|shell|spawn|kill|drop|truncate|grant|revoke|toggle|enable|disable|trigger|start|stop|restart|deploy|approve|cancel|close|open|pay|transfer|purchase|invite|add|clear|reset|import|download|fetch|browse|navigate|click|type|simulate)(?:$|[^a-z])/;

/**
 * True when a tool only reads, as far as its name and the server's own annotations tell. Both are claims: this sorts
 * and proposes, and decides nothing.
 */
export function claimsToRead(tool: { readonly name: string; readonly definition: Readonly<Record<string, unknown>> }): boolean {
	const { annotations } = tool.definition;
	if (typeof annotations !== "object" || annotations === null) return false;
	const claims = annotations as Readonly<Record<string, unknown>>;
	if (claims.readOnlyHint !== true || claims.destructiveHint === true || claims.openWorldHint === true) return false;
	return !namesAnAct(tool.name);
}

/** True when a tool's name, or a word of one, means more than reading. */
export function namesAnAct(name: string): boolean {
	return ACTS.test(name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase());
}
