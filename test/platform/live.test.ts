import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as net from "node:net";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LONGEST_LINE } from "../../src/core/live/bounds.ts";
import type { LiveMessage } from "../../src/core/live/message.ts";
import { Publisher } from "../../src/platform/live/publisher.ts";
import { type LiveNews, watchLive } from "../../src/platform/live/reader.ts";
import { keepRefusedLaunch } from "../../src/platform/live/refused-launches.ts";

const at = "2026-01-02T03:04:05.678Z";
const pin = `sha256:${"a".repeat(64)}`;
const WAIT = { timeout: 10_000, interval: 10 };

let home: { readonly state: string };
let live: string;
let sessions = 0;
let undo: (() => void)[] = [];

beforeEach(() => {
	const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-live-")));
	home = { state: path.join(folder, "state") };
	live = path.join(home.state, "live");
	fs.mkdirSync(home.state, { mode: 0o700 });
	undo = [() => fs.rmSync(folder, { recursive: true, force: true })];
});
afterEach(() => {
	for (const each of undo.reverse()) each();
});

function newSession(): string {
	return (++sessions).toString(16).padStart(24, "0");
}

const refused = (tool: string): LiveMessage => ({ kind: "refused", at, reason: "tool-not-granted", method: "tools/call", tool, count: 1 });
const tools = (...allowed: string[]): LiveMessage => ({ kind: "tools", at, allowed, omitted: 0 });

function publisher(session = newSession()): { readonly session: string; readonly publisher: Publisher; readonly socket: string } {
	const made = new Publisher({
		kind: "hello",
		version: 1,
		session,
		server: "demo",
		config: "/project/.mcp.json",
		workspace: "/project",
		fingerprint: pin,
		host: "code",
		pid: process.pid,
		startedAt: at,
	});
	undo.push(() => made.end({ kind: "ended", at, reason: "server-ended" }));
	return { session, publisher: made, socket: path.join(live, `${session}.sock`) };
}

function opened(session?: string): ReturnType<typeof publisher> {
	const made = publisher(session);
	expect(made.publisher.open(home)).toBe(true);
	return made;
}

/** What an editor hears. */
class Editor {
	readonly news: LiveNews[] = [];
	readonly gone: string[] = [];
	readonly dispose: () => void;

	constructor() {
		const watch = watchLive(home, { heard: (news) => this.news.push(news), gone: (session) => this.gone.push(session) });
		this.dispose = () => watch.dispose();
		undo.push(this.dispose);
	}

	kinds(session: string): readonly string[] {
		return this.of(session).map(({ kind }) => kind);
	}

	tools(session: string): readonly (string | null)[] {
		return this.of(session).flatMap((message) => (message.kind === "refused" ? [message.tool] : []));
	}

	of(session: string): readonly LiveMessage[] {
		return this.news.filter((each) => each.session === session).map(({ message }) => message);
	}
}

/** Connects without reading; the socket reads once it is resumed. */
async function connected(socket: string): Promise<net.Socket> {
	const connection = net.connect(socket);
	connection.on("error", () => {});
	undo.push(() => connection.destroy());
	await once(connection, "connect");
	return connection;
}

/** All that a connection gives until it is closed. */
async function rest(connection: net.Socket): Promise<string> {
	let text = "";
	connection.setEncoding("utf8").on("data", (more: string) => {
		text += more;
	});
	connection.resume();
	await new Promise<void>((resolve) => (connection.closed ? resolve() : connection.once("close", () => resolve())));
	return text;
}

/** Something else that listens in the folder under a session's name. */
async function impostor(answer: (socket: net.Socket) => void): Promise<string> {
	const session = newSession();
	fs.mkdirSync(live, { recursive: true, mode: 0o700 });
	const server = net.createServer((socket) => {
		socket.on("error", () => {});
		answer(socket);
	});
	server.listen(path.join(live, `${session}.sock`));
	await once(server, "listening");
	undo.push(() => server.close());
	return session;
}

/** The socket of a program that was killed. */
async function deadSocket(): Promise<string> {
	fs.mkdirSync(live, { recursive: true, mode: 0o700 });
	const socket = path.join(live, `${newSession()}.sock`);
	const script = `require("node:net").createServer().listen(${JSON.stringify(socket)}, () => console.log("listening"))`;
	const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "ignore"] });
	await once(child.stdout, "data");
	child.kill("SIGKILL");
	await once(child, "exit");
	expect(fs.existsSync(socket)).toBe(true);
	return socket;
}

describe("an editor that listens", () => {
	it("hears a launcher from its hello to its end, and that it is gone", async () => {
		const { session, publisher: launcher, socket } = opened();
		launcher.publish(tools("echo"));
		const editor = new Editor();
		await vi.waitFor(() => expect(editor.kinds(session)).toEqual(["hello", "tools"]), WAIT);
		launcher.publish(refused("erase"));
		launcher.end({ kind: "ended", at, reason: "server-ended" });
		await vi.waitFor(() => expect(editor.gone).toEqual([session]), WAIT);
		expect(editor.kinds(session)).toEqual(["hello", "tools", "refused", "ended"]);
		expect(fs.existsSync(socket)).toBe(false);
	});

	it("hears one that starts later, where there was no folder yet", async () => {
		const editor = new Editor();
		const { session } = opened();
		await vi.waitFor(() => expect(editor.kinds(session)).toEqual(["hello"]), WAIT);
	});

	it("hears one whose folder was removed and made anew", async () => {
		const editor = new Editor();
		const first = opened();
		await vi.waitFor(() => expect(editor.kinds(first.session)).toEqual(["hello"]), WAIT);
		fs.rmSync(live, { recursive: true });
		const second = opened();
		await vi.waitFor(() => expect(editor.kinds(second.session)).toEqual(["hello"]), WAIT);
	});

	it("hears what was kept when it comes late: how things stand whatever came since, and the last two hundred events", async () => {
		const { session, publisher: launcher } = opened();
		launcher.publish(tools("first"));
		launcher.publish(tools("echo", "read"));
		for (let i = 0; i < 1000; i++) launcher.publish(refused(`t${i}`));
		const editor = new Editor();
		await vi.waitFor(() => expect(editor.tools(session).at(-1)).toBe("t999"), WAIT);
		expect(editor.tools(session)).toEqual(Array.from({ length: 200 }, (_, i) => `t${800 + i}`));
		expect(editor.of(session)[1]).toEqual(tools("echo", "read"));
	});

	it("hears each event once, when its connection breaks and comes again", async () => {
		const session = newSession();
		const first = opened(session);
		first.publisher.publish(refused("one"));
		const editor = new Editor();
		await vi.waitFor(() => expect(editor.tools(session)).toEqual(["one"]), WAIT);
		first.publisher.end({ kind: "ended", at, reason: "server-ended" });
		const again = opened(session);
		again.publisher.publish(refused("one"));
		again.publisher.publish(tools("echo"));
		again.publisher.publish(refused("two"));
		again.publisher.publish(refused("three"));
		await vi.waitFor(() => expect(editor.tools(session).at(-1)).toBe("three"), WAIT);
		expect(editor.tools(session).filter((tool) => tool === "one")).toHaveLength(1);
		expect(editor.gone).toEqual([session]);
		expect(editor.kinds(session).filter((kind) => kind === "hello")).toHaveLength(2);
	});

	it("hears nothing more once it is disposed of", async () => {
		const { session, publisher: launcher } = opened();
		const editor = new Editor();
		await vi.waitFor(() => expect(editor.kinds(session)).toEqual(["hello"]), WAIT);
		editor.dispose();
		launcher.publish(refused("late"));
		const witness = new Editor();
		await vi.waitFor(() => expect(witness.tools(session)).toEqual(["late"]), WAIT);
		expect(editor.kinds(session)).toEqual(["hello"]);
		expect(editor.gone).toEqual([]);
	});

	it("hears many launchers at once, and tells them apart", async () => {
		const editor = new Editor();
		const launchers = Array.from({ length: 20 }, () => opened());
		for (const { session, publisher: launcher } of launchers) launcher.publish(refused(session));
		await vi.waitFor(() => {
			for (const { session } of launchers) expect(editor.tools(session)).toEqual([session]);
		}, WAIT);
	});

	it("hears of launches that were refused, before it listened and after, and each once", async () => {
		const launch = (session: string, reason: string) =>
			keepRefusedLaunch(home, {
				kind: "launch-refused",
				version: 1,
				at,
				session,
				server: "demo",
				workspace: "/project",
				host: null,
				pid: 1,
				reason,
			});
		const [before, after] = [newSession(), newSession()];
		launch(before, "not-approved");
		const editor = new Editor();
		launch(after, "launch-changed");
		await vi.waitFor(() => expect(editor.kinds(after)).toEqual(["launch-refused"]), WAIT);
		opened();
		expect(editor.of(before)).toMatchObject([{ reason: "not-approved" }]);
		expect(editor.of(after)).toMatchObject([{ reason: "launch-changed" }]);
		for (let i = 0; i < 150; i++) launch(newSession(), "not-approved");
		expect(fs.readdirSync(live).filter((name) => name.endsWith(".refused"))).toHaveLength(100);
		expect(fs.readdirSync(live).filter((name) => name.startsWith("."))).toEqual([]);
	});
});

describe("an editor does not mind", () => {
	it("files, folders, links and names that are none of ours", async () => {
		const { session, socket } = opened();
		const elsewhere = path.join(home.state, "elsewhere.sock");
		const foreign = net.createServer((connection) => connection.end(`${JSON.stringify({ sequence: 0, kind: "hello" })}\n`));
		foreign.listen(elsewhere);
		undo.push(() => foreign.close());
		const asked = vi.fn();
		foreign.on("connection", asked);
		fs.writeFileSync(path.join(live, `${newSession()}.sock`), "a file");
		fs.mkdirSync(path.join(live, `${newSession()}.sock`));
		fs.symlinkSync(elsewhere, path.join(live, `${newSession()}.sock`));
		fs.symlinkSync("/etc/passwd", path.join(live, `1700000000000-${newSession()}.refused`));
		fs.writeFileSync(path.join(live, `1700000000001-${newSession()}.refused`), "{");
		fs.writeFileSync(path.join(live, `1700000000002-${newSession()}.refused`), "x".repeat(10 * LONGEST_LINE));
		fs.writeFileSync(path.join(live, "readme.txt"), "");
		const editor = new Editor();
		await vi.waitFor(() => expect(editor.kinds(session)).toEqual(["hello"]), WAIT);
		expect(editor.news).toHaveLength(1);
		expect(asked).not.toHaveBeenCalled();
		expect(fs.existsSync(socket)).toBe(true);
	});

	it.each([
		["garbage", (socket: net.Socket) => socket.write(Buffer.from([0xff, 0xfe, 0x0a, 0x00, 0x0a]))],
		["a line without an end", (socket: net.Socket) => socket.write("x".repeat(4 * LONGEST_LINE))],
		["events before a hello", (socket: net.Socket) => socket.write(`${JSON.stringify({ sequence: 1, ...refused("x") })}\n`)],
		["another version", (socket: net.Socket) => socket.write('{"sequence":0,"kind":"hello","version":2}\n')],
		["another's session", (socket: net.Socket) => socket.write(greeting("f".repeat(24)))],
	])("one that sends %s: it lets go of it", async (_what, send) => {
		const closed = vi.fn();
		const session = await impostor((socket) => {
			socket.once("close", closed);
			socket.resume();
			send(socket);
		});
		const honest = opened();
		const editor = new Editor();
		await vi.waitFor(() => expect(editor.kinds(honest.session)).toEqual(["hello"]), WAIT);
		await vi.waitFor(() => expect(closed).toHaveBeenCalled(), WAIT);
		expect(editor.kinds(session)).toEqual([]);
		expect(editor.gone).toEqual([]);
	});

	it("lines that it does not understand, between those that it does", async () => {
		const session: string = await impostor((socket) => {
			socket.write(greeting(session));
			socket.write('{"sequence":1,"kind":"question"}\nnonsense\n');
			socket.write(`${greeting(session)}${JSON.stringify({ sequence: 2, ...refused("erase") })}\n`);
		});
		const editor = new Editor();
		await vi.waitFor(() => expect(editor.tools(session)).toEqual(["erase"]), WAIT);
		expect(editor.kinds(session)).toEqual(["hello", "refused"]);
	});

	it("the socket of a launcher that was killed, and removes it", async () => {
		const socket = await deadSocket();
		const editor = new Editor();
		await vi.waitFor(() => expect(fs.existsSync(socket)).toBe(false), WAIT);
		expect(editor.news).toEqual([]);
	});
});

describe("a launcher is not held up by", () => {
	it("a reader that never reads: it is dropped, and the others hear everything", async () => {
		const { session, publisher: launcher, socket } = opened();
		const stuck = await connected(socket);
		stuck.pause();
		const editor = new Editor();
		await vi.waitFor(() => expect(editor.kinds(session)).toEqual(["hello"]), WAIT);
		for (let i = 0; i < 100; i++) {
			for (let j = 0; j < 100; j++) launcher.publish(refused(`t${i * 100 + j}`));
			await new Promise((resolve) => setImmediate(resolve));
		}
		const text = await rest(stuck);
		expect(text).not.toContain('"t9999"');
		await vi.waitFor(() => expect(editor.tools(session).at(-1)).toBe("t9999"), WAIT);
	});

	it("fifty readers: sixteen are served, and one more when one leaves", async () => {
		const { publisher: launcher, socket } = opened();
		const readers = await Promise.all(Array.from({ length: 50 }, () => connected(socket)));
		const texts = readers.map(() => "");
		const closed = readers.map(() => false);
		readers.forEach((reader, i) => {
			reader.setEncoding("utf8").on("data", (text: string) => {
				texts[i] += text;
			});
			reader.once("close", () => {
				closed[i] = true;
			});
		});
		await vi.waitFor(() => expect(closed.filter(Boolean)).toHaveLength(34), WAIT);
		launcher.publish(refused("for all"));
		await vi.waitFor(() => expect(texts.filter((text) => text.includes("for all"))).toHaveLength(16), WAIT);
		readers[closed.indexOf(false)]?.destroy();
		await vi.waitFor(async () => {
			const late = await connected(socket);
			const [first] = await Promise.race([once(late, "data"), once(late, "close").then(() => [""])]);
			expect(String(first)).toContain('"hello"');
		}, WAIT);
	});

	it("a reader that talks: it is dropped, and what it says changes nothing", async () => {
		const { session, publisher: launcher, socket } = opened();
		const editor = new Editor();
		await vi.waitFor(() => expect(editor.kinds(session)).toEqual(["hello"]), WAIT);
		for (const garbage of ["\n", "x".repeat(1_000_000), `${JSON.stringify({ sequence: 9, ...tools("everything") })}\n`]) {
			const talker = await connected(socket);
			talker.write(garbage);
			await rest(talker);
		}
		launcher.publish(refused("still here"));
		await vi.waitFor(() => expect(editor.tools(session)).toEqual(["still here"]), WAIT);
		expect(editor.kinds(session)).toEqual(["hello", "refused"]);
	});
});

describe("a launcher's socket", () => {
	it("can be used by this user alone, and so can its folder, whatever the umask and whatever it was before", () => {
		fs.mkdirSync(live);
		fs.chmodSync(live, 0o777);
		const before = process.umask(0);
		undo.push(() => process.umask(before));
		const { socket } = opened();
		expect(fs.statSync(socket).mode & 0o777).toBe(0o600);
		expect(fs.statSync(live).mode & 0o777).toBe(0o700);
		expect(fs.readdirSync(live)).toEqual([path.basename(socket)]);
	});

	it("takes the place of a file or a link that stands there, and follows none", async () => {
		fs.mkdirSync(live);
		const treasure = path.join(home.state, "treasure");
		fs.writeFileSync(treasure, "gold");
		for (const plant of [(place: string) => fs.writeFileSync(place, "x"), (place: string) => fs.symlinkSync(treasure, place)]) {
			const { publisher: launcher, socket } = publisher();
			plant(socket);
			expect(launcher.open(home)).toBe(true);
			expect(fs.lstatSync(socket).isSocket()).toBe(true);
			await connected(socket);
			expect(fs.readFileSync(treasure, "utf8")).toBe("gold");
		}
	});

	it("is not made where its name cannot be had, and nothing else is hurt", () => {
		const { session, publisher: launcher, socket } = publisher();
		fs.mkdirSync(live);
		fs.mkdirSync(socket);
		expect(launcher.open(home)).toBe(false);
		fs.rmdirSync(socket);
		fs.writeFileSync(path.join(live, `.${session}`), "");
		expect(launcher.open(home)).toBe(false);
		launcher.publish(refused("unheard"));
		launcher.end({ kind: "ended", at, reason: "server-ended" });
	});

	it.each([
		["a file", () => fs.writeFileSync(live, "")],
		["a link to a folder", () => fs.symlinkSync(os.tmpdir(), live)],
		["a link to nothing", () => fs.symlinkSync(path.join(home.state, "nothing"), live)],
	])("is not made where %s stands in the folder's place", (_what, plant) => {
		plant();
		expect(publisher().publisher.open(home)).toBe(false);
		expect(fs.existsSync(path.join(home.state, "nothing"))).toBe(false);
	});

	it("is found in a home whose path is too long for a socket's address", async () => {
		const deep = path.join(home.state, "x".repeat(100), "y".repeat(100));
		fs.mkdirSync(deep, { recursive: true });
		home = { state: deep };
		live = path.join(deep, "live");
		const { session, publisher: launcher } = opened();
		launcher.publish(refused("erase"));
		const editor = new Editor();
		await vi.waitFor(() => expect(editor.tools(session)).toEqual(["erase"]), WAIT);
		launcher.end({ kind: "ended", at, reason: "server-ended" });
		await vi.waitFor(() => expect(editor.gone).toEqual([session]), WAIT);
		expect(fs.readdirSync(live)).toEqual([]);
	});

	it("outlives its launcher until the next one starts, which leaves those of the living", async () => {
		const dead = await deadSocket();
		const forgotten = path.join(live, `.${newSession()}`);
		const corpse = await deadSocket();
		fs.renameSync(corpse, forgotten);
		fs.utimesSync(forgotten, new Date(0), new Date(0));
		const living = opened();
		await vi.waitFor(() => expect(fs.existsSync(dead)).toBe(false), WAIT);
		opened();
		expect(fs.existsSync(forgotten)).toBe(false);
		await connected(living.socket);
	});
});

function greeting(session: string): string {
	const hello = { kind: "hello", version: 1, session, server: "demo", config: "/c", workspace: null, fingerprint: pin, host: null };
	return `${JSON.stringify({ sequence: 0, ...hello, pid: 1, startedAt: at })}\n`;
}
