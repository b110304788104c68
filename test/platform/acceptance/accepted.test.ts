import { spawn } from "node:child_process";
import { once } from "node:events";
import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import type { PolicyServer } from "../../../src/core/policy/schema.ts";
import type { Result } from "../../../src/core/result.ts";
import { keepAccepted, readAccepted, withAccepted } from "../../../src/platform/acceptance/accepted.ts";
import { createHome, type Home, openHome } from "../../../src/platform/home.ts";
import { identityFile, protectIdentity } from "../../../src/platform/vault/identity.ts";
import { KeychainVault } from "../../../src/platform/vault/keychain.ts";
import { startKeyring } from "../../harness/keyring.ts";
import { temporaryFolder } from "../vault/home.ts";

const PIN = `sha256:${"a".repeat(64)}`;

function grant(name: string, ...tools: string[]): PolicyServer {
	return {
		name,
		config: "/project/.mcp.json",
		workspace: null,
		launch: { command: "npx", args: ["pkg"], cwd: null, env: {}, fingerprint: PIN },
		tools: Object.fromEntries(tools.map((tool) => [tool, { pin: PIN }])),
	};
}

function must<T>(result: Result<T>): T {
	if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`);
	return result.value;
}

const ACCOUNT = "approvals:1";

let folder: string;
let home: Home;
beforeEach(() => {
	folder = temporaryFolder();
	home = must(createHome(path.join(folder, "home"), { unattended: false }));
});

const approvals = () => path.join(home.state, "approvals");
const lists = () => fs.readdirSync(approvals()).filter((name) => name.endsWith(".json"));
const accept = async (...servers: PolicyServer[]) => must(await keepAccepted(home, (before) => withAccepted(before, servers)));
const accepted = async (of = home) => must(await readAccepted(of));
const tools = async () => (await accepted()).servers.flatMap((server) => Object.keys(server.tools ?? {}));

/** For the rest of the test. */
function environment(env: Readonly<Record<string, string | undefined>>): void {
	const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
	const set = (name: string, value: string | undefined) => {
		if (value === undefined) delete process.env[name];
		else process.env[name] = value;
	};
	for (const [name, value] of Object.entries(env)) set(name, value);
	onTestFinished(() => {
		for (const [name, value] of before) set(name, value);
	});
}

const withoutKeychain = () => environment({ DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: folder });

describe("where there is a keychain", () => {
	it("keeps what was accepted, and the key of its code in the keychain alone", async () => {
		expect(await accepted()).toMatchObject({ servers: [], head: null, place: "keychain", damage: null });
		expect(await accept(grant("a", "read"))).toBe("keychain");
		expect(await accept(grant("b", "write"))).toBe("keychain");
		expect(await accepted()).toMatchObject({ servers: [grant("a", "read"), grant("b", "write")], place: "keychain", damage: null });
		const vault = new KeychainVault(home);
		const kept = must(await vault.read(ACCOUNT)) ?? "";
		const [, key = ""] = kept.split(".");
		expect(key).toMatch(/^[0-9a-f]{64}$/);
		expect(must(await vault.list()), "no reference can name it").toEqual([]);
		vault.close();
		for (const file of fs.readdirSync(home.path, { recursive: true, withFileTypes: true }))
			if (file.isFile()) expect(fs.readFileSync(path.join(file.parentPath, file.name), "latin1")).not.toContain(key);
	});

	it("does not write when nothing is new", async () => {
		await accept(grant("a", "read"));
		expect(await accept(grant("a", "read"))).toBeNull();
	});

	it("believes no list that was changed, moved to another name, or taken from before", async () => {
		await accept(grant("a", "read", "delete"));
		const [old = ""] = lists();
		const oldText = fs.readFileSync(path.join(approvals(), old));
		await accept(grant("a", "read"));
		expect(await tools()).toEqual(["read"]);
		const [now = ""] = lists();
		expect(now, "the old one is gone").not.toBe(old);

		fs.writeFileSync(path.join(approvals(), old), oldText);
		expect(await tools(), "its name is no longer the one that counts").toEqual(["read"]);

		const text = fs.readFileSync(path.join(approvals(), now), "utf8");
		for (const forged of [oldText.toString(), text.replace('"read"', '"delete"'), text.replace('"a"', '"b"'), `${text} `, ""]) {
			fs.writeFileSync(path.join(approvals(), now), forged);
			expect(await accepted()).toMatchObject({ servers: [], damage: { code: "approvals-forged" } });
		}
		fs.rmSync(path.join(approvals(), now));
		expect(await accepted()).toMatchObject({ servers: [], damage: { code: "approvals-gone" } });
	});

	it("believes nothing of another home, copied as it is", async () => {
		await accept(grant("a", "read"));
		const copy = path.join(folder, "copy");
		fs.cpSync(home.path, copy, { recursive: true });
		fs.chmodSync(copy, 0o700);
		expect(await accepted(must(openHome(copy)))).toMatchObject({ servers: [], head: null });
	});

	it("is not taken in by the file that counts where there is no keychain", async () => {
		await accept(grant("a", "read"));
		// All of it as a machine without a keychain would have made it, with a key of its own.
		const forged = must(createHome(path.join(folder, "forged"), { unattended: false }));
		withoutKeychain();
		must(await keepAccepted(forged, (before) => withAccepted(before, [grant("a", "read", "delete")])));
		fs.cpSync(path.join(forged.state, "approvals"), approvals(), { recursive: true });
		fs.copyFileSync(identityFile(forged), identityFile(home));
		const now = await readAccepted(home);
		// The bus of this session was kept, so that a host that hides it hides no keychain.
		expect(now).toMatchObject({ ok: true, value: { place: "keychain", servers: [grant("a", "read")] } });
	});

	it("is not gone round by a home that says, later, that it is a throw-away one", async () => {
		await accept(grant("a", "read"));
		const marker = path.join(home.path, "home.json");
		fs.writeFileSync(marker, JSON.stringify({ ...JSON.parse(fs.readFileSync(marker, "utf8")), unattended: true }));
		const turned = must(openHome(home.path));
		fs.mkdirSync(approvals(), { recursive: true });
		fs.writeFileSync(path.join(approvals(), "head"), `${"0".repeat(64)}\n`);
		expect(await readAccepted(turned)).toMatchObject({ ok: false, problem: { code: "home-changed" } });
	});

	/** A session bus on which no keychain is, and none would start: KeePassXC, closed. */
	async function emptyBus(): Promise<string> {
		const config = path.join(folder, "bus.conf");
		const socket = path.join(folder, "empty-bus");
		const policy =
			'<policy context="default"><allow user="*"/><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy>';
		fs.writeFileSync(config, `<busconfig><type>session</type><listen>unix:path=${socket}</listen>${policy}</busconfig>`);
		const bus = spawn("/usr/bin/dbus-daemon", [`--config-file=${config}`, "--nofork", "--print-address"], {
			stdio: ["ignore", "pipe", "ignore"],
		});
		onTestFinished(async () => {
			const gone = once(bus, "exit");
			bus.kill();
			await gone;
		});
		await once(bus.stdout, "data");
		return `unix:path=${socket}`;
	}

	/** All that a machine without a keychain would have made, with a key of its own. */
	async function forge(): Promise<void> {
		const forged = must(createHome(path.join(folder, "forged"), { unattended: false }));
		must(await keepAccepted(forged, (before) => withAccepted(before, [grant("a", "read", "delete")])));
		fs.cpSync(path.join(forged.state, "approvals"), approvals(), { recursive: true });
		fs.copyFileSync(identityFile(forged), identityFile(home));
	}

	it.each<[string, () => Promise<string | undefined>]>([
		["is closed and not started by being asked", emptyBus],
		["has no session bus any more", async () => undefined],
	])("is not taken for none when it %s, whatever lies in the folder of approvals", async (_, bus) => {
		await accept(grant("a", "read"));
		const address = await bus();
		environment({ DBUS_SESSION_BUS_ADDRESS: address, XDG_RUNTIME_DIR: folder });
		const refused = { ok: false, problem: { code: "keychain-closed", remedy: expect.stringContaining("Open it") } };
		// The bus that was recorded goes with the session; who writes in the folder of approvals can take it away as well.
		fs.rmSync(approvals(), { recursive: true });
		expect(await readAccepted(home)).toMatchObject(refused);
		await forge();
		expect(await readAccepted(home)).toMatchObject(refused);
		expect(await keepAccepted(home, (before) => withAccepted(before, [grant("b")]))).toMatchObject(refused);
		// Nor does it help to say that the home is a throw-away one.
		const marker = path.join(home.path, "home.json");
		fs.writeFileSync(marker, JSON.stringify({ ...JSON.parse(fs.readFileSync(marker, "utf8")), unattended: true }));
		expect(await readAccepted(must(openHome(home.path)))).toMatchObject(refused);
	});

	it("is not taken for none in a home of the version before, which recorded its bus alone", async () => {
		await accept(grant("a", "read"));
		fs.rmSync(path.join(home.path, "kept-in-keychain"));
		fs.writeFileSync(path.join(approvals(), "bus"), "/nowhere/bus\n");
		withoutKeychain();
		expect(await readAccepted(home)).toMatchObject({ ok: false, problem: { code: "keychain-closed" } });
	});

	it("can be given up by a person, who then accepts anew", async () => {
		await accept(grant("a", "read"));
		withoutKeychain();
		fs.rmSync(path.join(home.path, "kept-in-keychain"));
		fs.rmSync(approvals(), { recursive: true });
		expect(await accepted()).toMatchObject({ servers: [], place: "sealed", head: null });
		expect(await accept(grant("a", "read"))).toBe("sealed");
		expect(await tools()).toEqual(["read"]);
	});

	it("keeps nobody from using a throw-away home", async () => {
		const away = must(createHome(path.join(folder, "away"), { unattended: true }));
		must(await keepAccepted(away, (before) => withAccepted(before, [grant("a", "read")])));
		withoutKeychain();
		expect(must(await keepAccepted(away, (before) => withAccepted(before, [grant("b", "read")])))).toBe("sealed");
		expect(must(await readAccepted(away)).servers.map(({ name }) => name)).toContain("b");
	});

	it("refuses while it is locked, with one thing to do, and believes again when it is open", async () => {
		await accept(grant("a", "read"));
		const locked = await startKeyring("locked");
		onTestFinished(() => locked.stop());
		const open = { ...process.env };
		environment(locked.env);
		expect(await readAccepted(home, { timeoutMs: 2_000 })).toMatchObject({
			ok: false,
			problem: { code: "keychain-locked", remedy: expect.stringContaining("Unlock it") },
		});
		environment({ DBUS_SESSION_BUS_ADDRESS: open.DBUS_SESSION_BUS_ADDRESS });
		expect(await tools()).toEqual(["read"]);
	});

	it.each(["2.x.y", "1..", `1.${"z".repeat(64)}.${"a".repeat(64)}`])(
		"counts an entry that it cannot read as nothing: %j",
		async (value) => {
			await accept(grant("a", "read"));
			const vault = new KeychainVault(home);
			must(await vault.keep(ACCOUNT, value));
			vault.close();
			expect(await accepted()).toMatchObject({ servers: [], head: null, damage: { code: "approvals-key-damaged" } });
		},
	);

	it("loses nothing when a program is killed half-way", async () => {
		await accept(grant("a", "read"));
		const [name = ""] = lists();
		// The list was written, and the vault was never told.
		fs.writeFileSync(path.join(approvals(), `${"f".repeat(64)}.json`), "half");
		expect(await tools()).toEqual(["read"]);
		await accept(grant("a", "write"));
		expect(await tools()).toEqual(["write"]);
		expect(lists(), "what was left behind is swept").toHaveLength(1);
		expect(lists()).not.toContain(name);
	});

	it("gives a reader the old or the new, never nothing, while another program accepts", async () => {
		await accept(grant("a", "t0"));
		const seen = new Set<string>();
		let isOver = false;
		const reading = (async () => {
			while (!isOver) seen.add((await tools()).join());
		})();
		for (let i = 1; i <= 8; i++) await accept(grant("a", `t${i}`));
		isOver = true;
		await reading;
		expect([...seen].filter((each) => !/^t[0-8]$/.test(each))).toEqual([]);
	});
});

describe("where there is no keychain", () => {
	beforeEach(withoutKeychain);

	it("keeps the approvals in the home, with the sealed vault's key, and says so", async () => {
		expect(await accept(grant("a", "read"))).toBe("sealed");
		expect(await accepted()).toMatchObject({ servers: [grant("a", "read")], place: "sealed" });
	});

	it("believes no list that was changed, and none of another home", async () => {
		await accept(grant("a", "read"));
		const [name = ""] = lists();
		const copy = path.join(folder, "copy");
		fs.cpSync(home.path, copy, { recursive: true });
		fs.chmodSync(copy, 0o700);
		expect(await accepted(must(openHome(copy)))).toMatchObject({ servers: [], damage: { code: "approvals-forged" } });
		fs.appendFileSync(path.join(approvals(), name), " ");
		expect(await accepted()).toMatchObject({ servers: [], damage: { code: "approvals-forged" } });
	});

	it("refuses while the sealed vault is closed by a passphrase, and asks a person for it", async () => {
		await accept(grant("a", "read"));
		const passphrase = `pass ${Math.random()}`;
		await protectIdentity(home, fs.readFileSync(identityFile(home), "utf8").trim(), passphrase);
		expect(await readAccepted(home)).toMatchObject({ ok: false, problem: { code: "sealed-locked" } });
		expect(await readAccepted(home, { ask: async () => passphrase })).toMatchObject({ ok: true, value: { servers: [grant("a", "read")] } });
	});
});
