import { createHash } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { makeWheel, type TestWheel, wheelName } from "./wheel.ts";

/** A file that an index offers; a test may say another hash than the true one, or another address. */
export interface Offered {
	readonly file: string;
	readonly data: Buffer;
	readonly package: string;
	readonly requiresPython?: string | undefined;
	/** Hexadecimal; null: none is said. Undefined: the true one. */
	readonly sha256?: string | null;
	/** Undefined: at the index itself. */
	readonly url?: string;
	/** Where a request for the file is sent on to. Undefined: nowhere. */
	readonly redirect?: string;
}

export interface TestIndex {
	/** `http://127.0.0.1:PORT/simple/` */
	readonly url: string;
	/** `METHOD path` of every request, and what it was authorised by. */
	readonly requests: { readonly line: string; readonly authorization: string | undefined }[];
	close(): Promise<void>;
}

/** A wheel as an index offers it. */
export function offer(wheel: TestWheel, more: Partial<Offered> = {}): Offered {
	return {
		file: wheelName(wheel),
		data: makeWheel(wheel),
		package: wheel.name.toLowerCase(),
		requiresPython: wheel.requiresPython,
		...more,
	};
}

/**
 * An index on loopback: pages of links as in PEP 503, or JSON as in PEP 691.
 *
 * @param options.tls a key and a certificate in PEM: the index is encrypted
 * @param options.authorization what every request has to carry; undefined: nothing
 */
export async function startIndex(
	files: readonly Offered[],
	options: {
		readonly json?: boolean;
		readonly authorization?: string;
		readonly tls?: { readonly key: string; readonly cert: string };
	} = {},
): Promise<TestIndex> {
	const requests: TestIndex["requests"] = [];
	const answer: RequestListener = (request, response) => {
		const path = decodeURIComponent((request.url ?? "/").split("?", 1)[0] ?? "/");
		const { authorization } = request.headers;
		requests.push({ line: `${request.method} ${path}`, authorization });
		if (options.authorization !== undefined && authorization !== options.authorization) {
			response.writeHead(401, { "www-authenticate": "Basic" }).end();
			return;
		}
		const name = /^\/simple\/([^/]+)\/$/.exec(path)?.[1];
		const offered = files.filter((each) => each.package === name);
		const file = files.find((each) => path === `/files/${each.file}`);
		if (file?.redirect !== undefined) response.writeHead(302, { location: file.redirect }).end();
		else if (file !== undefined) response.end(file.data);
		else if (offered.length === 0) response.writeHead(404).end();
		else if (options.json === true)
			response.setHeader("content-type", "application/vnd.pypi.simple.v1+json").end(JSON.stringify(asJson(name ?? "", offered)));
		else response.setHeader("content-type", "text/html").end(asPage(offered));
	};
	const server = options.tls === undefined ? createServer(answer) : createTlsServer(options.tls, answer);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const origin = `${options.tls === undefined ? "http" : "https"}://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return { url: `${origin}/simple/`, requests, close: () => new Promise((resolve) => void server.close(() => resolve())) };
}

function hashOf({ data, sha256 }: Offered): string | null {
	return sha256 === undefined ? createHash("sha256").update(data).digest("hex") : sha256;
}

function asPage(offered: readonly Offered[]): string {
	const links = offered.map((each) => {
		const hash = hashOf(each);
		const python = each.requiresPython === undefined ? "" : ` data-requires-python="${each.requiresPython.replaceAll(">", "&gt;")}"`;
		return `<a href="${each.url ?? `../../files/${each.file}`}${hash === null ? "" : `#sha256=${hash}`}"${python}>${each.file}</a><br>`;
	});
	return `<!DOCTYPE html><html><body>${links.join("\n")}</body></html>`;
}

function asJson(name: string, offered: readonly Offered[]): unknown {
	return {
		meta: { "api-version": "1.0" },
		name,
		files: offered.map((each) => {
			const hash = hashOf(each);
			return {
				filename: each.file,
				url: each.url ?? `../../files/${each.file}`,
				hashes: hash === null ? {} : { sha256: hash },
				"requires-python": each.requiresPython,
			};
		}),
	};
}
