import * as vscode from "vscode";
import * as z from "zod/mini";
import { exact } from "../../core/plain-text.ts";
import { ASK_KINDS } from "../../core/policy/asks.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import { instructionsOf, NO_INSTRUCTIONS, promptsToGrant } from "../../platform/approval/given.ts";
import { called } from "../approval/questions.ts";
import { registerCommand } from "../commands.ts";
import type { Services } from "../services.ts";
import { Approvals } from "./approvals.ts";
import { type ExtraKey, wideningFor } from "./extras.ts";
import type { Server } from "./model.ts";
import { takeExtras } from "./narrowing.ts";
import { ExtraRow, isRow } from "./nodes.ts";
import type { Servers } from "./servers.ts";
import { parseTarget } from "./target.ts";

const MOST = 1_000;
const Key = z.object({
	kind: z.enum(["prompt", "resource", "template", "completion", "instructions", "host-secret", ...ASK_KINDS]),
	name: z.string().check(z.maxLength(MOST)),
});
const Named = z.object({ server: z.string(), extras: z.array(Key).check(z.maxLength(MOST)) });

/** What a server may offer beside tools, and ask its host for. */
export function registerExtraCommands(services: Services, servers: Servers): vscode.Disposable {
	const approvals = new Approvals(services, servers);
	return vscode.Disposable.from(
		registerCommand(services, "sallyport.listExtras", async (...args) => {
			const target = await parseTarget(args, servers);
			if (!target.ok) return target;
			const listed = await approvals.listOffers(target.value.server);
			return listed.ok ? ok(undefined) : listed;
		}),
		registerCommand(services, "sallyport.allowExtras", async (...args) => {
			const target = await parse(args);
			if (!target.ok) return target;
			const { server, keys } = target.value;
			const wanted = { title: titleFor(server, keys), ...wideningFor(keys) };
			const prompts = keys.filter(({ kind, name }) => kind === "prompt" && name !== "*").map(({ name }) => name);
			const speaks = keys.some(({ kind }) => kind === "instructions");
			if (prompts.length === 0 && !speaks) {
				const described = await approvals.describe(server);
				return described.ok ? approvals.grant(described.value, wanted) : described;
			}
			// A prompt is granted with its definition as it is now, and instructions as they are.
			const listed = await approvals.listOffers(server);
			if (!listed.ok) return listed;
			const definitions = promptsToGrant(listed.value.offers, prompts);
			if (!definitions.ok) return definitions;
			const given = speaks ? instructionsOf(listed.value.offers, listed.value.candidate.current ?? {}) : NO_INSTRUCTIONS;
			if (speaks && given.pin === null) return NO_TEXT;
			return approvals.grant(listed.value, { ...wanted, definitions: definitions.value, instructions: given });
		}),
		registerCommand(services, "sallyport.denyExtras", async (...args) => {
			const target = await parse(args);
			return target.ok ? takeExtras(services, servers, target.value.server, target.value.keys) : target;
		}),
	);

	/** Of anyone: a row with those that are selected beside it, or `{ server: ID, extras }`. */
	async function parse(args: readonly unknown[]): Promise<Result<{ readonly server: Server; readonly keys: readonly ExtraKey[] }>> {
		const target = await parseTarget(args, servers);
		if (!target.ok) return target;
		const { server } = target.value;
		const [first, selected] = args;
		const named = Named.safeParse(first);
		const given = [first, ...(Array.isArray(selected) ? selected : [])].filter(isRow).filter((row) => row instanceof ExtraRow);
		// The row itself is among those that are selected.
		const rows = new Map(given.filter((row) => row.server.id === server.id).map((row) => [row.id, row.extra]));
		const keys = named.success ? named.data.extras : [...rows.values()].map(({ kind, name }) => ({ kind, name }));
		return keys.length === 0
			? fail("no-target", "This command does not say what it is about.", "Use it in the view MCP Servers.")
			: ok({ server, keys });
	}
}

const NO_TEXT = fail(
	"no-instructions",
	"The server says nothing of itself now, or nothing that anybody could read first.",
	"List what it offers again.",
);

function titleFor({ name }: Pick<Server, "name">, keys: readonly ExtraKey[]): string {
	const [only, ...others] = keys;
	if (only === undefined || others.length > 0) return `Let ${called(name)} do these ${keys.length} things?`;
	switch (only.kind) {
		case "completion":
			return `Let ${called(name)} complete what you type?`;
		case "host-secret":
			return only.name === "*"
				? `Let your host send keys and tokens to ${called(name)}?`
				: `Let your host send keys and tokens to ${called(name)} in calls of ${exact(only.name)}?`;
		case "instructions":
			return `Let ${called(name)} say this of itself?`;
		case "sampling":
			return `Let ${called(name)} ask your model?`;
		case "elicitation":
			return `Let ${called(name)} put questions to you?`;
		case "roots":
			return `Tell ${called(name)} the folders that its host works in?`;
		default:
			return `Let ${called(name)} offer the ${only.kind} ${exact(only.name)}?`;
	}
}
