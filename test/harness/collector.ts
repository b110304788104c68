import * as http from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { Fields } from "./protobuf.ts";

/** A span as a collector sees it. */
export interface ReceivedSpan {
	readonly name: string;
	readonly traceId: string;
	readonly spanId: string;
	/** Null: it is a root. */
	readonly parentSpanId: string | null;
	/** 2 is SERVER. */
	readonly kind: number;
	/** Nanoseconds since 1970. */
	readonly start: bigint;
	readonly end: bigint;
	/** 0 is unset, 2 an error. */
	readonly status: number;
	readonly attributes: Readonly<Record<string, string | number>>;
	readonly resource: Readonly<Record<string, string | number>>;
}

/**
 * A receiver of OTLP over HTTP that reads the messages by the protocol's definition, not by the exporter's library:
 * https://github.com/open-telemetry/opentelemetry-proto (trace.proto, trace_service.proto, common.proto)
 */
export class Collector {
	readonly spans: ReceivedSpan[] = [];
	/** Of each request, in order. */
	readonly requests: { readonly path: string; readonly headers: http.IncomingHttpHeaders }[] = [];
	/** What it answers with, one after the other; the last one stays. */
	answers: { readonly status: number; readonly headers?: http.OutgoingHttpHeaders; readonly body?: Buffer }[] = [{ status: 200 }];
	readonly #server: http.Server | https.Server;
	readonly #scheme: string;

	private constructor(tls?: https.ServerOptions) {
		const take = (request: http.IncomingMessage, response: http.ServerResponse): void => {
			const chunks: Buffer[] = [];
			request.on("data", (chunk) => chunks.push(chunk));
			request.on("end", () => {
				const { status, headers = {}, body } = (this.answers.length > 1 ? this.answers.shift() : this.answers[0]) ?? { status: 500 };
				this.requests.push({ path: request.url ?? "", headers: request.headers });
				const bytes = Buffer.concat(chunks);
				if (status === 200) this.spans.push(...spansIn(request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes));
				response.writeHead(status, { "content-type": "application/x-protobuf", ...headers }).end(body);
			});
		};
		this.#scheme = tls === undefined ? "http" : "https";
		this.#server = tls === undefined ? http.createServer(take) : https.createServer(tls, take);
	}

	/** On a free port of the loopback; with a certificate, over TLS. */
	static async start(tls?: https.ServerOptions): Promise<Collector> {
		const collector = new Collector(tls);
		await new Promise<void>((resolve) => collector.#server.listen(0, "127.0.0.1", resolve));
		return collector;
	}

	get endpoint(): string {
		return `${this.#scheme}://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise((resolve) => this.#server.close(resolve));
	}
}

/** An answer that says how many spans were not taken. */
export function partialSuccess(rejected: number, message: string): Buffer {
	const text = Buffer.from(message);
	const partial = Buffer.concat([Buffer.of(0x08, rejected, 0x12, text.length), text]);
	return Buffer.concat([Buffer.of(0x0a, partial.length), partial]);
}

function spansIn(body: Buffer): readonly ReceivedSpan[] {
	return new Fields(body).messages(1).flatMap((resourceSpans) => {
		const resource = attributesOf(resourceSpans.messages(1)[0], 1);
		return resourceSpans.messages(2).flatMap((scopeSpans) => scopeSpans.messages(2).map((span) => spanOf(span, resource)));
	});
}

function spanOf(span: Fields, resource: ReceivedSpan["resource"]): ReceivedSpan {
	const hex = (field: number): string => span.bytes(field)?.toString("hex") ?? "";
	return {
		name: span.text(5) ?? "",
		traceId: hex(1),
		spanId: hex(2),
		parentSpanId: hex(4) === "" ? null : hex(4),
		kind: Number(span.integer(6)),
		start: span.integer(7),
		end: span.integer(8),
		status: Number(span.messages(15)[0]?.integer(3) ?? 0n),
		attributes: attributesOf(span, 9),
		resource,
	};
}

function attributesOf(message: Fields | undefined, field: number): Readonly<Record<string, string | number>> {
	return Object.fromEntries(
		(message?.messages(field) ?? []).map((pair) => {
			const [value] = pair.messages(2);
			const double = value?.bytes(4) ?? null;
			return [pair.text(1) ?? "", value?.text(1) ?? (double === null ? Number(value?.integer(3)) : double.readDoubleLE())];
		}),
	);
}
