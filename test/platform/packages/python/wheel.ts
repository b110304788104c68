import { createHash } from "node:crypto";
import { crc32, deflateRawSync } from "node:zlib";

/** One file in an archive: its name as it stands there, its bytes, and its Unix mode. */
export interface WheelFile {
	readonly name: string;
	readonly data: string | Buffer;
	/** Undefined: an ordinary file that its owner may write. */
	readonly mode?: number;
}

/** A wheel that is made when a test runs, and what it lies about. */
export interface TestWheel {
	readonly name: string;
	readonly version?: string;
	/** Module files, by their path. */
	readonly files?: Readonly<Record<string, string>>;
	/** `name = module:function`, one a line. */
	readonly scripts?: readonly string[];
	/** As in METADATA: `dep>=1`. */
	readonly requires?: readonly string[];
	readonly extras?: readonly string[];
	readonly requiresPython?: string;
	/** Beside those that are listed in RECORD. */
	readonly unlisted?: readonly WheelFile[];
	/** Rows of RECORD that take the place of the true ones, by path. */
	readonly record?: Readonly<Record<string, string>>;
	/** `py3-none-any`, when undefined. */
	readonly tags?: string;
}

/** The file's name in an index. */
export function wheelName({ name, version = "1.0", tags = "py3-none-any" }: TestWheel): string {
	return `${name.replace(/[-.]/g, "_")}-${version}-${tags}.whl`;
}

export function makeWheel(wheel: TestWheel): Buffer {
	const { name, version = "1.0", files = {}, scripts = [], requires = [], extras = [], requiresPython, unlisted = [], record = {} } = wheel;
	const info = `${name.replace(/[-.]/g, "_")}-${version}.dist-info`;
	const metadata = [
		...["Metadata-Version: 2.1", `Name: ${name}`, `Version: ${version}`, ...requires.map((each) => `Requires-Dist: ${each}`)],
		...extras.map((each) => `Provides-Extra: ${each}`),
		...(requiresPython === undefined ? [] : [`Requires-Python: ${requiresPython}`]),
	];
	const listed: WheelFile[] = [
		...Object.entries(files).map(([path, data]) => ({ name: path, data })),
		{ name: `${info}/METADATA`, data: `${metadata.join("\n")}\n` },
		{ name: `${info}/WHEEL`, data: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${wheel.tags ?? "py3-none-any"}\n` },
		...(scripts.length === 0 ? [] : [{ name: `${info}/entry_points.txt`, data: `[console_scripts]\n${scripts.join("\n")}\n` }]),
	];
	const rows = listed.map(({ name: path, data }) => record[path] ?? `${path},sha256=${digest(data)},${Buffer.from(data).length}`);
	const all = [...listed, ...unlisted, { name: `${info}/RECORD`, data: [...rows, `${info}/RECORD,,`, ""].join("\n") }];
	return zip(all);
}

function digest(data: string | Buffer): string {
	return createHash("sha256").update(data).digest("base64url");
}

function zip(files: readonly WheelFile[]): Buffer {
	const parts: Buffer[] = [];
	const central: Buffer[] = [];
	let offset = 0;
	for (const { name, data, mode = 0o100644 } of files) {
		const raw = Buffer.from(data);
		const packed = deflateRawSync(raw);
		const label = Buffer.from(name);
		const common = Buffer.alloc(26);
		common.writeUInt16LE(20, 0);
		common.writeUInt16LE(0x800, 2);
		common.writeUInt16LE(8, 4);
		// The first of January 1980.
		common.writeUInt16LE(0x21, 8);
		common.writeUInt32LE(crc32(raw), 10);
		common.writeUInt32LE(packed.length, 14);
		common.writeUInt32LE(raw.length, 18);
		common.writeUInt16LE(label.length, 22);
		const local = Buffer.concat([Buffer.from("PK\x03\x04", "latin1"), common, label, packed]);
		const entry = Buffer.alloc(14);
		entry.writeUInt32LE((mode << 16) >>> 0, 6);
		entry.writeUInt32LE(offset, 10);
		central.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x03", "latin1"), common, entry, label]));
		parts.push(local);
		offset += local.length;
	}
	const directory = Buffer.concat(central);
	const end = Buffer.alloc(22);
	end.write("PK\x05\x06", "latin1");
	end.writeUInt16LE(files.length, 8);
	end.writeUInt16LE(files.length, 10);
	end.writeUInt32LE(directory.length, 12);
	end.writeUInt32LE(offset, 16);
	return Buffer.concat([...parts, directory, end]);
}

/** A server of forty lines that speaks the protocol on stdio; `answer` stands in the tool that it lists. */
export function serverModule(answer: string): string {
	return `import json
import os
import sys

def reply(request):
    method = request.get("method")
    if method == "initialize":
        return {"protocolVersion": request["params"]["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": {"name": "test", "version": "1"}}
    if method == "tools/list":
        return {"tools": [{"name": "look", "description": ${answer}, "inputSchema": {"type": "object"}}]}
    return {}

def main():
    for line in sys.stdin:
        request = json.loads(line)
        if "id" in request:
            print(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": reply(request)}), flush=True)
`;
}
