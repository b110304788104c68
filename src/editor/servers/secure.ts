import type * as vscode from "vscode";
import { HOSTS } from "../../core/config/hosts.ts";
import { ok } from "../../core/result.ts";
import { called } from "../approval/questions.ts";
import { registerCommand } from "../commands.ts";
import type { Configs } from "../configs/configs.ts";
import { secureEntry } from "../configs/fixes/secure.ts";
import { inform } from "../messages.ts";
import type { Services } from "../services.ts";
import type { Approvals } from "./approvals.ts";
import { CANCELLED } from "./cancelled.ts";
import { chooseTools } from "./choose-tools.ts";
import { restartInEditor } from "./restart.ts";
import type { Servers } from "./servers.ts";
import { parseTarget } from "./target.ts";

/**
 * From an unguarded entry to a server that its host starts confined: its secrets into the vault, the launcher in front, its tools listed and
 * picked, one question for all of it. Each step is one that the other commands take too; whoever stops half-way keeps what was done.
 */
export function registerSecure(services: Services, configs: Configs, servers: Servers, approvals: Approvals): vscode.Disposable {
	return registerCommand(services, "sallyport.secure", async (...args) => {
		const trust = services.requireTrust();
		if (!trust.ok) return trust;
		const target = await parseTarget(args, servers);
		if (!target.ok) return target;
		const { id, file, entry } = target.value.server;
		const secured = await secureEntry(services, configs, file.uri, entry.keyPath);
		if (!secured.ok) return secured;
		const listed = await approvals.list({ id, file });
		if (!listed.ok) return listed;
		const { server, tools } = listed.value;
		servers.reveal(server);
		const picked = await chooseTools(server.name, tools);
		if (picked === undefined) return CANCELLED;
		const granted = await approvals.grant(listed.value, {
			title:
				picked.length === 0
					? `Let ${called(server.name)} start, without any tool?`
					: `Let ${called(server.name)} start, with ${picked.length} of its ${tools.length} tools?`,
			tools: picked,
		});
		if (!granted.ok) return granted;
		const started = await restartInEditor({ services, configs }, server, listed.value.candidate.described.line);
		if (!started.ok) return started;
		const next = started.value
			? "It is being started through Sallyport."
			: `Restart it in ${HOSTS[server.file.host].title}: it starts through Sallyport then.`;
		void inform(`${called(server.name)} is guarded. ${next}`);
		return ok(undefined);
	});
}
