import * as fs from "node:fs";
import { createServer, type Server } from "node:net";
import * as path from "node:path";
import { coversTarget, type EgressGrant } from "../../core/policy/egress.ts";
import type { DirectLine } from "./direct-lines.ts";

/**
 * Clients that know of no proxy look a name up. What is granted by its own name stands in /etc/hosts; names beneath a wildcard cannot be
 * written down, so a name server answers for them: with the address at which a line waits for the name to be said. Nothing that is asked
 * here is asked anywhere else.
 */
export const NAME_SERVER = { address: "127.0.0.53", port: 53 } as const;

/** Where names beneath wildcards lead inside. Not among the addresses of direct lines. */
export const NAMED_ADDRESS = "127.78.0.1";

/** The longest question there is without extensions that nobody needs here. Bytes. */
const LONGEST = 1232;
const PATIENCE_MS = 5000;
const TTL_SECONDS = 60;

const TYPE = { a: 1, any: 255 } as const;
const CLASS_INTERNET = 1;
const CODE = { fine: 0, malformed: 1, unknown: 3 } as const;

/** The inner sandbox's options for a file that names the server. */
export function nameServerFile(folder: string): readonly string[] {
	const file = path.join(folder, "resolv.conf");
	fs.writeFileSync(file, `nameserver ${NAME_SERVER.address}\noptions timeout:2 attempts:2\n`, { mode: 0o444 });
	return ["--ro-bind", file, "/etc/resolv.conf"];
}

/** Answers questions, one a connection, on a unix socket to which a bridge leads. */
export function serveNames(socket: string, wildcards: readonly EgressGrant[], lines: readonly DirectLine[]): Promise<Server> {
	const server = createServer({ allowHalfOpen: true }, (client) => {
		client.on("error", () => client.destroy());
		client.setTimeout(PATIENCE_MS, () => client.destroy());
		client.once("data", (question) => {
			const answer = answerTo(question, (name) => addressOf(name, wildcards, lines));
			if (answer === null) client.destroy();
			else client.end(answer);
		});
	});
	server.on("error", () => server.close());
	return new Promise((resolve, reject) => {
		server.once("error", reject);
		server.listen(socket, () => {
			server.off("error", reject);
			resolve(server);
		});
	});
}

function addressOf(name: string, wildcards: readonly EgressGrant[], lines: readonly DirectLine[]): string | null {
	const own = lines.find(({ target }) => target.host === name)?.address;
	if (own !== undefined) return own;
	return wildcards.some((grant) => coversTarget(grant, { host: name, port: grant.port })) ? NAMED_ADDRESS : null;
}

/**
 * The answer to one question (RFC 1035). Null: it is no question, and is not answered.
 *
 * @param addressOf an IPv4 address; null: there is no such name
 */
export function answerTo(question: Buffer, addressOf: (name: string) => string | null): Buffer | null {
	if (question.length < 12 || question.length > LONGEST || (question[2] ?? 0) >= 0x80) return null;
	const read = question.readUInt16BE(4) === 1 ? readQuestion(question) : null;
	if (read === null) return header(question, CODE.malformed, 0, 0);
	const address = addressOf(read.name);
	const asked = question.subarray(12, read.end);
	const isAsked = address !== null && read.class === CLASS_INTERNET && (read.type === TYPE.a || read.type === TYPE.any);
	const head = header(question, address === null ? CODE.unknown : CODE.fine, 1, isAsked ? 1 : 0);
	return Buffer.concat(isAsked ? [head, asked, addressRecord(address)] : [head, asked]);
}

/** The name stands once, in the question, at offset 12. */
function addressRecord(address: string): Buffer {
	const record = Buffer.alloc(16);
	record.writeUInt16BE(0xc00c, 0);
	record.writeUInt16BE(TYPE.a, 2);
	record.writeUInt16BE(CLASS_INTERNET, 4);
	record.writeUInt32BE(TTL_SECONDS, 6);
	record.writeUInt16BE(4, 10);
	address.split(".").forEach((part, i) => void record.writeUInt8(Number(part), 12 + i));
	return record;
}

function header(question: Buffer, code: number, questions: number, answers: number): Buffer {
	const head = Buffer.alloc(12);
	question.copy(head, 0, 0, 2);
	// An answer, to what was asked, by someone who looks names up; recursion was wanted or not.
	head[2] = 0x80 | ((question[2] ?? 0) & 0x79);
	head[3] = 0x80 | code;
	head.writeUInt16BE(questions, 4);
	head.writeUInt16BE(answers, 6);
	return head;
}

/** Null for a name that is cut, compressed, or holds anything but host names do. */
function readQuestion(
	question: Buffer,
): { readonly name: string; readonly type: number; readonly class: number; readonly end: number } | null {
	const labels: string[] = [];
	let at = 12;
	for (;;) {
		const length = question[at];
		if (length === undefined || length > 63) return null;
		if (length === 0) break;
		const label = question.toString("latin1", at + 1, at + 1 + length);
		if (label.length < length || !/^[A-Za-z0-9_-]+$/.test(label)) return null;
		labels.push(label.toLowerCase());
		at += 1 + length;
	}
	if (at + 5 > question.length) return null;
	return { name: labels.join("."), type: question.readUInt16BE(at + 1), class: question.readUInt16BE(at + 3), end: at + 5 };
}
