import { maskDetected } from "../core/secrets/redact.ts";
import { metaPinOf } from "../core/tools/pin.ts";
import { type Candidate, describeCandidate } from "../platform/approval/candidate.ts";
import { type Home, homePath, openHome } from "../platform/home.ts";
import type { ListedTool } from "../platform/launch/list-tools.ts";
import { approvalContext } from "./approval-context.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain } from "./say.ts";
import { findTarget } from "./target.ts";

export interface ToolsOptions {
	readonly file?: string;
	readonly json?: boolean;
	readonly update?: boolean;
}

/** What a command does with one server and its tools. */
export type Verb<T extends ToolsOptions> = (candidate: Candidate, home: Home, options: T, io: Io) => Promise<ExitCode>;

/** Finds the server that a person means, and what stands behind it. */
export async function withServer<T extends ToolsOptions>(name: string, options: T, io: Io, verb: Verb<T>): Promise<ExitCode> {
	const home = openHome(homePath(io.env));
	if (!home.ok) return complain(io, home.problem);
	const line = findTarget(name, options.file, io);
	if (!line.ok) return complain(io, line.problem);
	const candidate = await describeCandidate(line.value, approvalContext(home.value, io), { update: options.update === true });
	return candidate.ok ? verb(candidate.value, home.value, options, io) : complain(io, candidate.problem);
}

/** What stands beside its definition is something, and not what was approved. */
export function isOtherMeta({ definition }: Pick<ListedTool, "definition">, approved: string | undefined): boolean {
	const meta = metaPinOf(definition);
	return meta !== undefined && meta !== approved;
}

export function stateOf(tool: ListedTool, granted: ReadonlyMap<string, string>): "allowed" | "changed" | "unpinnable" | "denied" {
	if (tool.pin === null) return "unpinnable";
	const pin = granted.get(tool.name);
	if (pin === undefined) return "denied";
	return pin === tool.pin ? "allowed" : "changed";
}

/** A value of JSON in which what looks like a credential is masked, wherever it stands. */
export function maskedJson(value: unknown): unknown {
	if (typeof value === "string") return maskDetected(value);
	if (Array.isArray(value)) return value.map(maskedJson);
	if (typeof value !== "object" || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, each]) => [maskDetected(key), maskedJson(each)]));
}
