import { type Finding, newFinding, type Rule, type Severity } from "../finding.ts";
import { quoted } from "../places.ts";
import { connectorGrants, mayConnect } from "./connectors.ts";
import { type Grant, grantsIn, grantsOf, mayGrant } from "./grants.ts";
import { toolRisk } from "./tool-risk.ts";

export const unattendedTools: Rule = {
	id: "unattended-tools",
	title: "Tools that are called without asking",
	help: "A text that misleads the model is then enough to have them called. Let only tools that read be called without asking.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"Lists by which a host calls tools without asking, each in its own dialect (`autoApprove`, `alwaysAllow`, `permissions.allow`, `mcpAllowlist`, `allowedTools`, `tool_permissions`, `permission`): a wildcard for a server or for all of them, and tools that by their name write, delete, run or send something. For information: a whole server in a list of permissions, tools that do something milder, and a list in the dialect of another host. Tools that only read are left alone.",
		matters:
			"Whatever the model reads can hold instructions: an issue, a web page, the answer of a tool. Where nobody is asked, such a text calls the tool. A wildcard also means the tools that the server will have tomorrow.",
		remedy:
			"Keep to tools that read, by their names. What writes, deletes, runs or sends is worth a question each time. Behind Sallyport a tool that was not approved is not offered at all.",
		example: {
			before: '"github": { "command": "github-mcp", "alwaysAllow": ["get_issue", "push_files"] }',
			after: '"github": { "command": "github-mcp", "alwaysAllow": ["get_issue"] }',
		},
	},
	mayConcern: (_, server) => mayGrant(server),
	*checkServer(server, document) {
		yield* judge([...grantsOf(server, document)], server.name.value);
	},
	mayConcernFile: (document) => mayConnect(document) || document.settings.some(({ server }) => server === null),
	*checkDocument(document, context) {
		yield* judge([...grantsIn(document, context), ...connectorGrants(document)], null);
	},
};

function* judge(grants: readonly Grant[], server: string | null): Iterable<Finding> {
	const milder = new Map<number, Grant[]>();
	for (const grant of grants) {
		const { heeded } = grant;
		const whole = wholesale(grant, server);
		if (whole !== null) {
			yield told(grant, whole.severity, whole.message);
			continue;
		}
		const risk = toolRisk(grant.tool);
		const remedy = grant.list === null ? "Have it asked for." : "Take it off the list.";
		if (risk === "changes")
			yield told(
				grant,
				heeded ? "warning" : "info",
				heeded
					? `${quoted(grant.tool)} changes or runs something by its name, and is called without asking. ${remedy}`
					: `Hosts that heed this call ${quoted(grant.tool)} without asking, which changes or runs something by its name. ${remedy}`,
			);
		else if (risk === "acts" && heeded && grant.list !== null) {
			const { offset } = grant.list.span;
			const known = milder.get(offset);
			if (known === undefined) milder.set(offset, [grant]);
			else known.push(grant);
		}
	}
	for (const [first, ...rest] of milder.values()) {
		if (first?.list == null) continue;
		const names = [first, ...rest].slice(0, 4).map(({ tool }) => quoted(tool));
		const more = rest.length + 1 - names.length;
		yield newFinding({
			ruleId: "unattended-tools",
			severity: "info",
			server: first.setting.server,
			keyPath: first.setting.keyPath.slice(0, -1),
			span: first.list.span,
			message: `Called without asking, and more than reading by their names: ${names.join(", ")}${more > 0 ? `, and ${more} more` : ""}.`,
		});
	}
}

/** Null for a tool that is named. */
function wholesale(
	{ of, setting, heeded }: Grant,
	server: string | null,
): { readonly severity: Severity; readonly message: string } | null {
	if (of === "tool") return null;
	if (of === "every-server") {
		const message = setting.value.value.startsWith("mcp__")
			? "This stands for every tool of every server: a host that heeds it asks nobody, and newer ones skip it. Name tools that only read."
			: "Every tool of every server is called without asking, tomorrow's servers included. Name tools that only read.";
		return { severity: "warning", message };
	}
	if (!heeded)
		return {
			severity: "info",
			message: "Hosts that heed this call every tool of this server without asking. Name tools that only read.",
		};
	// In a list of permissions somebody wrote down a server of their own.
	if (server === null)
		return {
			severity: "info",
			message: "Every tool of this server is called without asking, tomorrow's included. Name tools that only read.",
		};
	return {
		severity: "warning",
		message: "Every tool of this server is called without asking, tomorrow's included. Name tools that only read.",
	};
}

function told({ setting }: Grant, severity: Severity, message: string): Finding {
	return newFinding({
		ruleId: "unattended-tools",
		severity,
		server: setting.server,
		keyPath: setting.keyPath,
		span: setting.value.span,
		message,
	});
}
