import { createHash } from "node:crypto";
import { createServer } from "node:http";
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
	/** `METHOD path` of every request, and whether it carried the token. */
	readonly requests: { readonly line: string; readonly authorization: string | undefined }[];
	close(): Promise<void>;
}

/** A registry on loopback that speaks as much of npm's protocol as an installation needs. */
export async function startRegistry(packages: readonly TestPackage[]): Promise<TestRegistry> {
	const requests: { line: string; authorization: string | undefined }[] = [];
	const tarballs = new Map<string, Buffer>();
	const server = createServer((request, response) => {
		const path = decodeURIComponent(request.url ?? "/").slice(1);
		requests.push({ line: `${request.method} /${path}`, authorization: request.headers.authorization });
		const tarball = tarballs.get(path);
		const versions = packages.filter((each) => each.manifest.name === path);
		if (tarball !== undefined) response.end(tarball);
		else if (versions.length > 0) response.setHeader("content-type", "application/json").end(JSON.stringify(packument(versions)));
		else response.writeHead(404, { "content-type": "application/json" }).end('{"error":"not found"}');
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
	for (const each of packages) tarballs.set(tarballPath(each), tarballOf(each));
	return { url, requests, close: () => new Promise((resolve) => void server.close(() => resolve())) };

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
