import { confinedOf, type Grant, type GrantedSandbox, withConfined } from "../../core/policy/layers.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { currentGrant } from "../../platform/approval/candidate.ts";
import { narrowGrant, revokeGrants } from "../../platform/approval/narrow.ts";
import type { Services } from "../services.ts";
import { type ExtraKey, withoutExtras } from "./extras.ts";
import type { Server } from "./model.ts";
import type { Access } from "./nodes.ts";
import type { Servers } from "./servers.ts";

/*
 * What takes something away: it asks nobody, and needs no trusted workspace. Each is true when there was something to take.
 */

/** Running servers obey at once. */
export function takeTools(services: Services, servers: Servers, server: Server, names: readonly string[]): Promise<Result<boolean>> {
	return narrow(services, servers, server, (grant) => ({
		...grant,
		tools: new Map([...grant.tools].filter(([tool]) => !names.includes(tool))),
	}));
}

/** Running servers are stopped by their launchers: what they were started with is no longer theirs. */
export function takeAccess(services: Services, servers: Servers, server: Server, access: Access): Promise<Result<boolean>> {
	return narrow(services, servers, server, (grant) => without(grant, access));
}

/** Running servers obey at once. */
export function takeExtras(services: Services, servers: Servers, server: Server, keys: readonly ExtraKey[]): Promise<Result<boolean>> {
	return narrow(services, servers, server, (grant) => withoutExtras(grant, keys));
}

/** Everything. Running servers are stopped by their launchers. */
export async function takeAll(services: Services, servers: Servers, server: Server): Promise<Result<boolean>> {
	const home = services.home();
	if (!home.ok) return home;
	if (server.grant === null) return notHere(server);
	const key = server.grant;
	const revoked = await revokeGrants(home.value, (grant) => currentGrant([grant], key) !== null, { by: services.program });
	await servers.regrant();
	return revoked.ok ? ok(revoked.value.length > 0) : revoked;
}

async function narrow(services: Services, servers: Servers, server: Server, change: (grant: Grant) => Grant): Promise<Result<boolean>> {
	const home = services.home();
	if (!home.ok) return home;
	if (server.grant === null) return notHere(server);
	const taken = await narrowGrant(home.value, server.grant, change, { by: services.program });
	await servers.regrant();
	return taken;
}

/** The launcher cannot tell two equal entries apart: what was granted to one lets the other one start too. */
function notHere({ effective }: Server): Result<boolean> {
	return effective === null
		? ok(false)
		: fail("granted-elsewhere", `This was granted to the same server in ${effective.config}.`, "Take it away there.");
}

function without(grant: Grant, access: Access): Grant {
	const sandbox = (change: (sandbox: GrantedSandbox) => Partial<GrantedSandbox>): Grant =>
		withConfined(grant, { ...confinedOf(grant), ...change(confinedOf(grant)) });
	switch (access.kind) {
		case "read":
			return sandbox(({ read }) => ({ read: read.filter((path) => path !== access.path) }));
		case "write":
			return sandbox(({ write }) => ({ write: write.filter((path) => path !== access.path) }));
		case "variable":
			return sandbox(({ env }) => ({ env: env.filter((name) => name !== access.name) }));
		case "network":
			return { ...grant, egress: grant.egress.filter((target) => target !== access.target) };
		case "secret":
			return { ...grant, secrets: new Map([...grant.secrets].filter(([slot]) => slot !== access.slot)) };
		case "unconfined": {
			const { confined: _, ...rest } = grant;
			return { ...rest, sandbox: confinedOf(grant) };
		}
	}
}
