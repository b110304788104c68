import { describe, expect, it } from "vitest";
import { claimsToRead, riskOf } from "../../../src/core/tools/risk.ts";

const kinds = (name: string, definition: Record<string, unknown> = {}) => riskOf({ name, definition }).risks.map(({ kind }) => kind);

describe("what a tool may do", () => {
	it.each([
		["get_issue", {}, ["read"]],
		["list_comments", {}, ["read"]],
		["getOrderStatus", {}, ["read"]],
		["search_code", {}, ["read"]],
		["create_issue", {}, ["write"]],
		["createOrUpdateFile", {}, ["write"]],
		["get_or_create_user", {}, ["write"]],
		["deleteRepo", {}, ["destructive"]],
		["run_command", {}, ["execute"]],
		["browser_navigate", {}, ["network", "open-world"]],
		["send_email", {}, ["network", "open-world"]],
		["fetch", {}, ["network"]],
		["helper", { inputSchema: { properties: { command: {} } } }, ["execute"]],
		["helper", { inputSchema: { properties: { constructor: {}, __proto__: null } } }, ["read"]],
		["helper", { description: "Permanently removes the entry." }, ["destructive"]],
		["helper", { description: "Runs any shell command on the host." }, ["execute"]],
		["helper", { description: "Shows the tree. It does not modify anything." }, ["read"]],
		["helper", { annotations: { readOnlyHint: false, openWorldHint: true } }, ["write", "open-world"]],
		["helper", { annotations: "yes", inputSchema: 7, description: ["delete"] }, ["read"]],
	])("%s %j: %j", (name, definition, expected) => {
		expect(kinds(name, definition)).toEqual(expected);
	});

	it("says where it shows", () => {
		expect(riskOf({ name: "drop_table", definition: {} }).risks).toEqual([{ kind: "destructive", because: 'its name has "drop"' }]);
		expect(riskOf({ name: "q", definition: { inputSchema: { properties: { sql: {} } } } }).risks).toEqual([
			{ kind: "write", because: 'it takes "sql"' },
		]);
	});

	it("shows what the server claims, and where that is not what the rest says", () => {
		const annotations = { readOnlyHint: true, destructiveHint: false, openWorldHint: false };
		expect(riskOf({ name: "delete_all", definition: { annotations, description: "Sends an email to the owner." } })).toMatchObject({
			claims: ["only reads", "destroys nothing", "stays inside"],
			contradictions: [
				'It says that it only reads, but its name has "delete".',
				'It says that it destroys nothing, but its name has "delete".',
				'It says that it stays inside, but its description has "sends an email".',
			],
		});
		expect(riskOf({ name: "get_time", definition: { annotations } }).contradictions).toEqual([]);
	});

	it("takes time in proportion to the text, whatever it is", () => {
		const text = "runs the the runs an fetches a from an url not ".repeat(20_000);
		expect(riskOf({ name: "a_".repeat(100_000), definition: { description: text } }).risks.length).toBeGreaterThan(0);
	});
});

describe("a tool that is proposed as only reading", () => {
	const annotations = { readOnlyHint: true };
	it("claims it, and nothing contradicts", () => {
		expect(claimsToRead({ name: "get_issue", definition: { annotations } })).toBe(true);
		expect(claimsToRead({ name: "get_issue", definition: {} })).toBe(false);
		expect(claimsToRead({ name: "delete_issue", definition: { annotations } })).toBe(false);
		expect(claimsToRead({ name: "helper", definition: { annotations, description: "Executes the given shell command." } })).toBe(false);
	});
});
