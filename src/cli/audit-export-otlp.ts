import { type Command, InvalidArgumentError, Option } from "commander";
import manifest from "../../package.json" with { type: "json" };
import { CallPairing, type RecordedCall } from "../core/audit/export/calls.ts";
import { type CallSpan, callSpan } from "../core/audit/export/span.ts";
import { auditMatcher } from "../core/audit/search.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { otlpEndpoint } from "../platform/audit/export/endpoint.ts";
import { type NamedHeader, parseHeader, resolveHeaders } from "../platform/audit/export/headers.ts";
import type { OtlpSender } from "../platform/audit/export/otlp.ts";
import type { Home } from "../platform/home.ts";
import { type FilterOptions, searchOf } from "./audit-filters.ts";
import { everyRecord, openLogs, warnOfChanges } from "./audit-reading.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, remark } from "./say.ts";
import { openVaults } from "./vaults.ts";

/** What `withOtlpOptions` adds, as it is typed. */
export interface OtlpExportOptions {
	readonly endpoint?: string;
	readonly header?: readonly string[];
	/** Seconds. */
	readonly timeout?: number;
	readonly arguments?: boolean;
}

/** Their names. */
export const OTLP_OPTIONS = ["endpoint", "header", "timeout", "arguments"] as const;

/** Seconds for one message, as OpenTelemetry's exporters have it. */
const TIMEOUT = 10;
/** Spans in one message, as OpenTelemetry's exporters have it. */
const BATCH = 512;

export function withOtlpOptions(command: Command): Command {
	return command
		.option("--endpoint <url>", "otlp: the collector, over HTTP; https unless it is on this machine's loopback")
		.addOption(
			new Option("--header <name=reference>", "otlp: a header whose value is in a vault or in a variable").argParser(
				(text, before: readonly string[] | undefined) => [...(before ?? []), text],
			),
		)
		.addOption(
			new Option("--timeout <seconds>", `otlp: how long the collector may take for one message (default: ${TIMEOUT})`).argParser(seconds),
		)
		.option("--arguments", "otlp: with the arguments of tools, as recorded");
}

/** One span a call, to a collector. */
export async function exportOtlp(options: FilterOptions & OtlpExportOptions, io: Io): Promise<ExitCode> {
	// A call is told by two records. Those are read that belong to a server, session and so on that is asked for; the rest is asked of the call.
	const search = searchOf(options);
	const anything = { reasons: [], outcomes: [], decision: null, since: null, until: null, text: null, trace: null, minLatency: null };
	const opened = await openLogs(options, io, { ...search, ...anything });
	if (!opened.ok) return complain(io, opened.problem);
	const { home } = opened.value;
	const sender = await openSender(options, home, io);
	if (!sender.ok) return complain(io, sender.problem);
	const { fits } = auditMatcher(search);
	const isWanted = ({ begun, ended }: RecordedCall): boolean => (begun !== null && fits(begun)) || (ended !== null && fits(ended));
	const files = new Set<string>();
	const outbox = new Outbox(sender.value);
	const pairing = new CallPairing();
	const take = async (calls: readonly RecordedCall[]): Promise<Result<void>> => {
		for (const call of calls) {
			const span = isWanted(call) ? callSpan(call, options.arguments === true) : null;
			const sent = span === null ? ok(undefined) : await outbox.add(span);
			if (!sent.ok) return sent;
		}
		return ok(undefined);
	};
	try {
		let sent: Result<void> = ok(undefined);
		for await (const found of everyRecord(opened.value, files)) {
			for (const { record } of found) if (sent.ok) sent = await take(pairing.add(record));
			if (!sent.ok) break;
		}
		if (sent.ok) sent = await take(pairing.rest());
		if (sent.ok) sent = await outbox.flush();
		opened.value.done();
		remark(io, told(outbox));
		if (!sent.ok) return complain(io, sent.problem);
	} finally {
		await sender.value.close();
	}
	if (options.verified !== true) await warnOfChanges(home, files, io);
	return outbox.rejected === 0 ? 0 : 2;
}

/** Sends when there is enough. */
class Outbox {
	taken = 0;
	rejected = 0;
	readonly #sender: OtlpSender;
	#waiting: CallSpan[] = [];

	constructor(sender: OtlpSender) {
		this.#sender = sender;
	}

	async add(span: CallSpan): Promise<Result<void>> {
		this.#waiting.push(span);
		return this.#waiting.length < BATCH ? ok(undefined) : await this.flush();
	}

	async flush(): Promise<Result<void>> {
		if (this.#waiting.length === 0) return ok(undefined);
		const sent = await this.#sender.send(this.#waiting);
		if (!sent.ok) return sent;
		this.taken += this.#waiting.length - sent.value;
		this.rejected += sent.value;
		this.#waiting = [];
		return ok(undefined);
	}
}

async function openSender({ endpoint, header, timeout }: OtlpExportOptions, home: Home, io: Io): Promise<Result<OtlpSender>> {
	if (endpoint === undefined)
		return fail("otlp-endpoint", "There is no collector to send to.", "Name it: --endpoint http://127.0.0.1:4318");
	const url = otlpEndpoint(endpoint);
	if (!url.ok) return url;
	const named: NamedHeader[] = [];
	for (const text of header ?? []) {
		const parsed = parseHeader(text);
		if (!parsed.ok) return parsed;
		named.push(parsed.value);
	}
	const vaults = openVaults(home, io);
	const headers = await resolveHeaders(named, io.env, vaults);
	vaults.close();
	if (!headers.ok) return headers;
	const { openOtlp } = await import("../platform/audit/export/otlp.ts");
	return ok(openOtlp({ endpoint: url.value, headers: headers.value, timeout: (timeout ?? TIMEOUT) * 1000, version: manifest.version }));
}

function told({ taken, rejected }: Outbox): string {
	const spans = (count: number): string => `${count} ${count === 1 ? "span" : "spans"}`;
	return `the collector took ${spans(taken)}${rejected === 0 ? "" : `, and did not take ${spans(rejected)}`}.`;
}

function seconds(text: string): number {
	if (!/^[1-9]\d{0,2}$/.test(text)) throw new InvalidArgumentError("Give a whole number from 1 to 999.");
	return Number(text);
}
