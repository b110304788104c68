import { type HrTime, SpanKind, SpanStatusCode, TraceFlags } from "@opentelemetry/api";
import { createOtlpHttpExportDelegate, httpAgentFactoryFromOptions } from "@opentelemetry/otlp-exporter-base/node-http";
import { ProtobufTraceSerializer, TraceExporterMetricsHelper } from "@opentelemetry/otlp-transformer";
import { resourceFromAttributes } from "@opentelemetry/resources";
import type { ReadableSpan } from "@opentelemetry/sdk-trace";
import type { CallSpan } from "../../../core/audit/export/span.ts";
import { fail, ok, type Result } from "../../../core/result.ts";

export interface OtlpOptions {
	readonly endpoint: URL;
	readonly headers: Readonly<Record<string, string>>;
	/** For one message, its repetitions included. Milliseconds. */
	readonly timeout: number;
	/** Sallyport's. */
	readonly version: string;
}

/** Spans on their way to a collector, as OTLP over HTTP in protobuf. Nothing of the environment is asked, and no redirection followed. */
export interface OtlpSender {
	/** Waits for the answer, and repeats while the collector asks for it. Returns how many spans it did not take; a Problem: it took none. */
	send(spans: readonly CallSpan[]): Promise<Result<number>>;
	close(): Promise<void>;
}

export function openOtlp({ endpoint, headers, timeout, version }: OtlpOptions): OtlpSender {
	let rejected = 0;
	const serializer: typeof ProtobufTraceSerializer = {
		serializeRequest: (spans) => ProtobufTraceSerializer.serializeRequest(spans),
		deserializeResponse: (bytes) => {
			const response = ProtobufTraceSerializer.deserializeResponse(bytes);
			rejected = Number(response.partialSuccess?.rejectedSpans ?? 0);
			return response;
		},
	};
	const delegate = createOtlpHttpExportDelegate(
		{
			url: endpoint.href,
			headers: async () => ({ ...headers, "Content-Type": "application/x-protobuf" }),
			timeoutMillis: timeout,
			concurrencyLimit: 1,
			compression: "gzip",
			// An environment that turns the check of certificates off does not count here.
			agentFactory: httpAgentFactoryFromOptions({ keepAlive: true, rejectUnauthorized: true }),
			userAgent: `sallyport/${version}`,
		},
		serializer,
		"otlp_http_span_exporter",
		TraceExporterMetricsHelper,
		undefined,
	);
	const resource = resourceFromAttributes({ "service.name": "sallyport", "service.version": version });
	const readable = (span: CallSpan): ReadableSpan => readableSpan(span, resource, version);
	return {
		send: (spans) => {
			rejected = 0;
			return new Promise((resolve) => {
				delegate.export(spans.map(readable), ({ code, error }) => resolve(code === 0 ? ok(rejected) : notTaken(endpoint, error)));
			});
		},
		close: () => delegate.shutdown(),
	};
}

function readableSpan(span: CallSpan, resource: ReadableSpan["resource"], version: string): ReadableSpan {
	const { name, traceId, spanId, parentSpanId, start, duration, isError, attributes } = span;
	return {
		name,
		// What the peer asked for, as whoever receives it sees it.
		kind: SpanKind.SERVER,
		spanContext: () => ({ traceId, spanId, traceFlags: TraceFlags.SAMPLED }),
		...(parentSpanId === null
			? {}
			: { parentSpanContext: { traceId, spanId: parentSpanId, traceFlags: TraceFlags.SAMPLED, isRemote: true } }),
		startTime: hrTime(start),
		endTime: hrTime(start + duration),
		duration: hrTime(duration),
		status: { code: isError ? SpanStatusCode.ERROR : SpanStatusCode.UNSET },
		attributes,
		links: [],
		events: [],
		ended: true,
		resource,
		instrumentationScope: { name: "sallyport", version },
		droppedAttributesCount: 0,
		droppedEventsCount: 0,
		droppedLinksCount: 0,
	};
}

/** Seconds and nanoseconds. Records know microseconds at best. */
function hrTime(milliseconds: number): HrTime {
	const micros = Math.round(milliseconds * 1000);
	return [Math.floor(micros / 1e6), (micros % 1e6) * 1000];
}

/** What the collector says is a stranger's text, and stays out of the message. */
function notTaken(endpoint: URL, error: Error | undefined): Result<never> {
	const code: unknown = error !== undefined && "code" in error ? error.code : null;
	const why =
		typeof code === "number"
			? `it answered with the status ${code}`
			: typeof code === "string" && /^[A-Z0-9_]{1,60}$/.test(code)
				? code
				: "it gave no answer that counts, in time";
	return fail(
		"otlp-refused",
		`The collector at ${endpoint.origin} did not take the spans: ${why}.`,
		"Check that it runs, takes OTLP over HTTP there, and knows the headers. What was taken before is there once, however often you export it.",
	);
}
