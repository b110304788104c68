import { createHash } from "node:crypto";
import { createServer, type RequestListener } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { gzipSync } from "node:zlib";

/** One package of the test's registry: its manifest, its other files, and what the registry lies about. */
export interface TestPackage {
	readonly manifest: { readonly name: string; readonly version: string; readonly [key: string]: unknown };
	readonly files: Readonly<Record<string, string>>;
	/** Replaces the true `dist` members. */
	readonly dist?: Readonly<Record<string, unknown>>;
}

export interface TestRegistry {
	readonly url: string;
	readonly port: number;
	/** `METHOD path` of every request, and whether it carried the token. */
	readonly requests: { readonly line: string; readonly authorization: string | undefined }[];
	/** Adds packages; the last version of a name is its newest. */
	publish(...more: readonly TestPackage[]): void;
	/** It has no version of that name any more. */
	withdraw(name: string): void;
	close(): Promise<void>;
}

export interface TestRegistryOptions {
	/** Its address, where that is not the one that it listens on. */
	readonly url?: string;
	/** Key and certificate in PEM: it is spoken to by TLS. */
	readonly secured?: { readonly key: string; readonly cert: string };
	/** What it demands of every request. Undefined: nothing. */
	readonly authorization?: string;
}

/** A registry on loopback that speaks as much of npm's protocol as an installation needs. */
export async function startRegistry(first: readonly TestPackage[], options: TestRegistryOptions = {}): Promise<TestRegistry> {
	let packages: readonly TestPackage[] = first;
	const requests: { line: string; authorization: string | undefined }[] = [];
	const tarballs = new Map<string, Buffer>();
	const answer: RequestListener = (request, response) => {
		const path = decodeURIComponent(request.url ?? "/").slice(1);
		requests.push({ line: `${request.method} /${path}`, authorization: request.headers.authorization });
		if (options.authorization !== undefined && request.headers.authorization !== options.authorization)
			return response.writeHead(401, { "content-type": "application/json" }).end('{"error":"who are you?"}');
		const tarball = tarballs.get(path);
		const versions = packages.filter((each) => each.manifest.name === path);
		if (tarball !== undefined) response.end(tarball);
		else if (versions.length > 0) response.setHeader("content-type", "application/json").end(JSON.stringify(packument(versions)));
		else response.writeHead(404, { "content-type": "application/json" }).end('{"error":"not found"}');
	};
	const server = options.secured === undefined ? createServer(answer) : createSecureServer(options.secured, answer);
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const url = options.url ?? `http${options.secured === undefined ? "" : "s"}://127.0.0.1:${port}/`;
	const pack = (added: readonly TestPackage[]): void => {
		for (const each of added) tarballs.set(tarballPath(each), tarballOf(each));
	};
	pack(packages);
	return {
		url,
		port,
		requests,
		publish(...more) {
			packages = [...packages, ...more];
			pack(more);
		},
		withdraw(name) {
			packages = packages.filter(({ manifest }) => manifest.name !== name);
		},
		close: () => new Promise((resolve) => void server.close(() => resolve())),
	};

	function packument(versions: readonly TestPackage[]): unknown {
		const last = versions.at(-1);
		return {
			name: last?.manifest.name,
			"dist-tags": { latest: last?.manifest.version },
			versions: Object.fromEntries(
				versions.map((each) => {
					const data = tarballs.get(tarballPath(each)) ?? Buffer.alloc(0);
					const dist = {
						tarball: url + tarballPath(each),
						shasum: createHash("sha1").update(data).digest("hex"),
						integrity: `sha512-${createHash("sha512").update(data).digest("base64")}`,
						...each.dist,
					};
					return [each.manifest.version, { ...each.manifest, dist }];
				}),
			),
		};
	}
}

function tarballPath({ manifest }: TestPackage): string {
	return `${manifest.name}/-/${manifest.name.replace(/^.*\//, "")}-${manifest.version}.tgz`;
}

function tarballOf({ manifest, files }: TestPackage): Buffer {
	const all = { "package.json": JSON.stringify(manifest), ...files };
	const blocks = Object.entries(all).flatMap(([name, text]) => tarEntry(`package/${name}`, text));
	return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

function tarEntry(name: string, text: string): Buffer[] {
	const data = Buffer.from(text);
	const header = Buffer.alloc(512);
	header.write(name, 0, 100);
	header.write("0000755\0", 100);
	header.write("0000000\0", 108);
	header.write("0000000\0", 116);
	header.write(`${data.length.toString(8).padStart(11, "0")}\0`, 124);
	header.write("00000000000\0", 136);
	header.write("        ", 148);
	header.write("0", 156);
	header.write("ustar\0", 257);
	header.write("00", 263);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
	return [header, data, Buffer.alloc((512 - (data.length % 512)) % 512)];
}
