import { expect, test } from "vitest";
import { elementsOf, find, membersOf } from "../../../src/core/protocol/json-text.ts";
import { readLine } from "../../../src/core/protocol/message.ts";
import { anyJson, type Random, random } from "./any-json.ts";
import { bytes, grant, modernMeta, Session, tool } from "./peers.ts";

const object = (r: Random) => `{"k": ${anyJson(r, 4)}}`;
/** A server's own text, where what nobody sees does not stay as it was. */
const said = (r: Random, depth: number) => anyJson(r, depth).replaceAll("\u200b", "\u3000");
const names = ["one", "two", "drei", "日本"];
const tools = names.map((name) => tool(name, { annotations: { title: name } }));

test("with everything granted, thousands of messages of both eras come out byte for byte", () => {
	for (let seed = 1; seed <= 20; seed++) {
		const r = random(seed);
		const modern = r.below(2) === 0;
		const session = new Session(grant(...tools));
		if (!modern) session.initialize(r.pick(["2024-11-05", "2025-06-18", "2025-11-25"]));
		const meta = modern ? `,"_meta":${JSON.stringify(modernMeta()._meta)}` : "";
		session.host(`{"jsonrpc":"2.0","id":"l","method":"tools/list","params":{"x":1${meta}}}`);
		session.server({ jsonrpc: "2.0", id: "l", result: { tools } });
		const open: (readonly [id: string | number, isPing: boolean])[] = [];
		for (let n = 0; n < 250; n++) {
			const id = r.below(2) === 0 ? n : `id ${n} é`;
			const request = r.pick([
				`{"jsonrpc":"2.0", "id":${JSON.stringify(id)},"method":"tools/call","params":{"arguments":${object(r)},"name":${JSON.stringify(r.pick(names))}${meta}}}`,
				`{ "method":"ping","id": ${JSON.stringify(id)} ,"jsonrpc":"2.0","params":{"x":${anyJson(r, 3)}${meta}}}`,
			]);
			expect(session.host(request)).toMatchObject({ server: [request], host: [] });
			open.push([id, request.includes('"method":"ping"')]);
			while (open.length > 0 && r.below(3) > 0) {
				const [[answered, isPing] = ["", false]] = open.splice(r.below(open.length), 1);
				// A ping is answered by nothing.
				const result = isPing ? "{}" : `{"k": ${said(r, 4)}}`;
				const answer = r.pick([
					`{"result":${result},"jsonrpc":"2.0","id":${JSON.stringify(answered)}}`,
					`{"jsonrpc":"2.0","id":${JSON.stringify(answered)},"error":{"code":-32000,"message":"no","data":${said(r, 3)}}}`,
				]);
				expect(session.server(answer)).toMatchObject({ host: [answer], server: [] });
			}
			const note = `{"jsonrpc":"2.0","method":"notifications/message","params":{"data":${said(r, 3)}}}`;
			expect(session.server(note)).toMatchObject({ host: [note], server: [] });
		}
	}
});

test("what the reader takes, places in its text are right", () => {
	for (let seed = 1; seed <= 500; seed++) {
		const text = `{"jsonrpc":"2.0","id":1,"result":${object(random(seed))}}`;
		expect(readLine(bytes(text))?.kind).toBe("single");
		const place = find(text, "result", "k");
		if (place === null) throw new Error("not found");
		const value: unknown = JSON.parse(text).result.k;
		expect(JSON.parse(text.slice(place.start, place.end))).toEqual(value);
		if (Array.isArray(value))
			expect(elementsOf(text, place.start).map(({ start, end }) => JSON.parse(text.slice(start, end)))).toEqual(value);
		else if (typeof value === "object" && value !== null)
			expect(
				Object.fromEntries(membersOf(text, place.start).map(({ key, start, end }) => [key, JSON.parse(text.slice(start, end))])),
			).toEqual(value);
	}
});

test("a duplicate key is found wherever it is put", () => {
	let tried = 0;
	for (let seed = 1; seed <= 500; seed++) {
		const r = random(seed);
		const text = `{"jsonrpc":"2.0","id":1,"result":${object(r)}}`;
		// Every string in turn, so that none is begun in its midst; those before a colon are keys.
		const strings = [...text.matchAll(/"(?:[^"\\]|\\.)*"/g)];
		const { index, 0: key } = r.pick(strings.filter((match) => /^[ \t]*:/.test(text.slice(match.index + match[0].length))));
		const doubled = `${text.slice(0, index)}${key}:0,${text.slice(index)}`;
		expect(readLine(bytes(doubled))).toMatchObject({ kind: "invalid", code: "duplicate-key" });
		tried++;
	}
	expect(tried).toBe(500);
});
