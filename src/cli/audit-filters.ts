import { type Command, InvalidArgumentError, Option } from "commander";
import type { Outcome } from "../core/audit/event.ts";
import { parseMoment } from "../core/audit/moment.ts";
import { OUTCOMES } from "../core/audit/record.ts";
import type { AuditSearch } from "../core/audit/search.ts";

/** What `withFilters` adds, as it is typed. */
export interface FilterOptions {
	readonly server?: readonly string[];
	readonly tool?: readonly string[];
	readonly method?: readonly string[];
	readonly reason?: readonly string[];
	readonly host?: readonly string[];
	readonly session?: readonly string[];
	readonly outcome?: readonly Outcome[];
	readonly decision?: "allow" | "refuse";
	readonly since?: string;
	readonly until?: string;
	readonly text?: string;
	readonly trace?: string;
	readonly minLatency?: number;
	readonly verified?: boolean;
}

/** What every command has that reads records. */
export const FILTER_HELP = `
Names: * stands for any characters; given more than once, one of them has to fit. Times: 30m, 2h, 3d, 1w (ago), 2026-11-23, or
2026-11-23T10:00:00Z with its zone. All filters that are given have to fit.`;

/** Adds the filters. */
export function withFilters(command: Command): Command {
	const names = (flags: string, description: string): Option => new Option(flags, description).argParser(collect);
	const moment = (flags: string, description: string): Option =>
		new Option(flags, description).argParser((text) => {
			const at = parseMoment(text, Date.now());
			if (at === null) throw new InvalidArgumentError("Give 30m, 2h, 3d, 1w, 2026-11-23 or 2026-11-23T10:00:00Z.");
			return at;
		});
	return command
		.addOption(names("--server <name>", "only this server's"))
		.addOption(names("--tool <name>", "only calls of this tool"))
		.addOption(names("--method <name>", "only messages of this method, such as tools/call"))
		.addOption(new Option("--decision <decision>", "only what was decided so").choices(["allow", "refuse"]))
		.addOption(names("--reason <reason>", "only what was decided for this reason, such as tool-not-granted"))
		.addOption(new Option("--outcome <outcome>", "only what ended so").choices(OUTCOMES).argParser(outcome))
		.addOption(names("--host <name>", "only what this host asked for"))
		.addOption(names("--session <id>", "only this session's"))
		.addOption(moment("--since <time>", "not before this"))
		.addOption(moment("--until <time>", "not after this"))
		.option("--text <text>", "only calls with this in their arguments, as recorded; its case does not matter")
		.addOption(new Option("--trace <id>", "only of this W3C trace: 32 hexadecimal digits, or a traceparent").argParser(traceId))
		.addOption(new Option("--min-latency <ms>", "only calls that took at least so long").argParser(milliseconds))
		.option("--verified", "show nothing unless every log is there and as it was written");
}

export function searchOf(options: FilterOptions): AuditSearch {
	return {
		servers: options.server ?? [],
		tools: options.tool ?? [],
		methods: options.method ?? [],
		reasons: options.reason ?? [],
		hosts: options.host ?? [],
		sessions: options.session ?? [],
		outcomes: options.outcome ?? [],
		decision: options.decision ?? null,
		since: options.since ?? null,
		until: options.until ?? null,
		text: options.text ?? null,
		trace: options.trace ?? null,
		minLatency: options.minLatency ?? null,
	};
}

/** For `--limit`. */
export function positive(text: string): number {
	if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError("Give a whole number from 1 to 999999.");
	return Number(text);
}

function collect(text: string, before: readonly string[] | undefined): readonly string[] {
	return [...(before ?? []), text];
}

function outcome(text: string, before: readonly Outcome[] | undefined): readonly Outcome[] {
	const known = OUTCOMES.find((each) => each === text);
	if (known === undefined) throw new InvalidArgumentError(`Allowed choices are ${OUTCOMES.join(", ")}.`);
	return [...(before ?? []), known];
}

function traceId(text: string): string {
	const id = /^(?:[0-9a-f]{2}-)?([0-9a-f]{32})(?:-[0-9a-f]{16}-[0-9a-f]{2})?$/i.exec(text)?.[1];
	if (id === undefined) throw new InvalidArgumentError("Give 32 hexadecimal digits, or a traceparent.");
	return id.toLowerCase();
}

function milliseconds(text: string): number {
	if (!/^\d{1,9}(?:\.\d{1,3})?$/.test(text)) throw new InvalidArgumentError("Give milliseconds, such as 250.");
	return Number(text);
}
