import * as assert from "node:assert/strict";
import * as fs from "node:fs";
import * as os from "node:os";
import type { HostId } from "../../../src/core/config/hosts.ts";
import type { Result } from "../../../src/core/result.ts";
import { describeCandidate, saveGrant, startingGrant } from "../../../src/platform/approval/candidate.ts";
import type { ApprovalContext } from "../../../src/platform/approval/context.ts";
import { listCandidate } from "../../../src/platform/approval/list-candidate.ts";
import { narrowGrant, revokeGrants } from "../../../src/platform/approval/narrow.ts";
import { NOTHING, widen } from "../../../src/platform/approval/widen.ts";
import { keepTool } from "../../../src/platform/definitions.ts";
import { type Home, homePath, openHome } from "../../../src/platform/home.ts";
import { type LaunchLine, launchLineOf, readConfig, serversNamed } from "../../../src/platform/launch/locate.ts";
import { recordedNode } from "../../../src/platform/node.ts";
import { Vaults } from "../../../src/platform/vault/index.ts";

/** A server in a host's file. */
export interface Entry {
	readonly file: string;
	readonly host: HostId;
	readonly name: string;
}

/** The person's home that the extension made. */
export function personsHome(): Home {
	return must(openHome(homePath(process.env)));
}

/** Allows tools, and what the entry asks for, by the functions behind the modal dialog, which no one can answer here. */
export async function grantWithoutDialog(entry: Entry, ...tools: string[]): Promise<void> {
	const line = lineOf(entry);
	const context = contextOf(personsHome());
	const candidate = must(await describeCandidate(line, context, { update: false }));
	const listed = must(await listCandidate(candidate, context)).tools.filter(({ name }) => tools.includes(name));
	assert.deepEqual(listed.map(({ name }) => name).sort(), [...tools].sort());
	const start = startingGrant(candidate);
	const pins = listed.map(({ name, pin }) => [name, pin ?? assert.fail(`${name} has a pin`)] as const);
	const wanted = { ...start, tools: new Map([...start.tools, ...pins]) };
	const cwd = line.workspace ?? context.userHome;
	const grant = must(widen(wanted, { ...NOTHING, secrets: line.asks, mutableSecrets: true }, line.asks, { ...context, cwd }));
	for (const tool of listed) await keepTool(context.home, tool);
	must(await saveGrant(context.home, grant, candidate));
}

/** Takes a tool away, which needs no question. */
export async function deny(entry: Entry, tool: string): Promise<void> {
	const narrowed = await narrowGrant(personsHome(), lineOf(entry), (grant) => ({
		...grant,
		tools: new Map([...grant.tools].filter(([name]) => name !== tool)),
	}));
	assert.equal(must(narrowed), true);
}

export async function revoke(entry: Entry): Promise<void> {
	const line = lineOf(entry);
	const revoked = await revokeGrants(personsHome(), ({ name, config }) => name === line.name && config === line.config);
	assert.equal(must(revoked).length, 1);
}

/** What its host would start. */
function lineOf({ file, host, name }: Entry): LaunchLine {
	const real = fs.realpathSync(file);
	const document = must(readConfig(real, host));
	const [server] = serversNamed(document, name);
	assert.ok(server, `${name} is in ${file}`);
	return must(launchLineOf(document, server, real, { home: userHome(), env: process.env }));
}

function contextOf(home: Home): ApprovalContext {
	const node = recordedNode(home);
	assert.ok(node, "the launcher is installed");
	return { home, userHome: userHome(), env: process.env, node, onProgress: () => {}, openVaults: () => new Vaults(home) };
}

export function userHome(): string {
	return process.env.HOME ?? os.homedir();
}

export function must<T>(result: Result<T>): T {
	if (!result.ok) assert.fail(`${result.problem.code}: ${result.problem.message}`);
	return result.value;
}
