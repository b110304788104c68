import * as fs from "node:fs";
import * as path from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { NOTHING_ACCEPTED } from "../../../src/core/policy/accepted-list.ts";
import type { PolicyServer } from "../../../src/core/policy/schema.ts";
import type { Result } from "../../../src/core/result.ts";
import { beginAnew, keepAccepted, readAccepted, withAccepted } from "../../../src/platform/acceptance/accepted.ts";
import { createHome, type Home } from "../../../src/platform/home.ts";
import { identityFile, protectIdentity } from "../../../src/platform/vault/identity.ts";
import { KeychainVault } from "../../../src/platform/vault/keychain.ts";
import { startKeyring } from "../../harness/keyring.ts";
import { temporaryFolder } from "../vault/home.ts";

/*
 * What becomes of the next approval when what was accepted before is not all there any more. The list forbids and holds back as well as it grants,
 * so that a new one in its place would be laxer without a word.
 */

const PIN = `sha256:${"a".repeat(64)}`;

const grant = (name: string): PolicyServer => ({
	name,
	config: "/project/.mcp.json",
	workspace: null,
	launch: { command: "npx", args: ["pkg"], cwd: null, env: {}, fingerprint: PIN },
});

function must<T>(result: Result<T>): T {
	if (!result.ok) throw new Error(`${result.problem.code}: ${result.problem.message}`);
	return result.value;
}

let folder: string;
let home: Home;
beforeEach(() => {
	folder = temporaryFolder();
	home = must(createHome(path.join(folder, "home"), { unattended: false }));
});

const approvals = () => path.join(home.state, "approvals");
const list = (): string => path.join(approvals(), fs.readdirSync(approvals()).find((name) => name.endsWith(".json")) ?? "");
const approve = (name: string) => keepAccepted(home, (before) => withAccepted(before, [grant(name)]));
const counting = async () => must(await readAccepted(home)).servers.map(({ name }) => name);

function environment(env: Readonly<Record<string, string | undefined>>): void {
	const set = (name: string, value: string | undefined) => {
		if (value === undefined) delete process.env[name];
		else process.env[name] = value;
	};
	const before = Object.keys(env).map((name) => [name, process.env[name]] as const);
	for (const [name, value] of Object.entries(env)) set(name, value);
	onTestFinished(() => {
		for (const [name, value] of before) set(name, value);
	});
}

async function inKeychain(work: (vault: KeychainVault) => Promise<Result<unknown>>): Promise<void> {
	const vault = new KeychainVault(home);
	must(await work(vault));
	vault.close();
}

const ENTRY = "approvals:1";

interface State {
	readonly make: () => void | Promise<void>;
	/** How the next approval is refused; null: it is kept. */
	readonly refused: string | null;
	/** What counts afterwards; undefined: nothing. */
	readonly counts?: readonly string[];
}

const LIST: Readonly<Record<string, State>> = {
	"the list is as it was kept": { make: () => {}, refused: null, counts: ["a", "b"] },
	"the list is gone": { make: () => fs.rmSync(list()), refused: "approvals-gone" },
	"the whole folder of approvals is gone": { make: () => fs.rmSync(approvals(), { recursive: true }), refused: "approvals-gone" },
	"the list was changed": { make: () => fs.appendFileSync(list(), " "), refused: "approvals-forged" },
	"the list is empty": { make: () => fs.writeFileSync(list(), ""), refused: "approvals-forged" },
	"a folder lies in the place of the list": {
		make: () => {
			const file = list();
			fs.rmSync(file);
			fs.mkdirSync(file);
		},
		refused: "approvals-gone",
	},
};

const KEYCHAIN: Readonly<Record<string, State>> = {
	...LIST,
	"the keychain's entry is gone": { make: () => inKeychain((vault) => vault.delete(ENTRY)), refused: "approvals-key-gone" },
	"the keychain's entry and the list are gone": {
		make: async () => {
			await inKeychain((vault) => vault.delete(ENTRY));
			fs.rmSync(approvals(), { recursive: true });
		},
		refused: "approvals-key-gone",
	},
	"the keychain's entry cannot be read": {
		make: () => inKeychain((vault) => vault.keep(ENTRY, "2.x.y")),
		refused: "approvals-key-damaged",
	},
	"the keychain's entry cannot be read, and the list is gone": {
		make: async () => {
			await inKeychain((vault) => vault.keep(ENTRY, "1.."));
			fs.rmSync(list());
		},
		refused: "approvals-key-damaged",
	},
	"another keychain is there": {
		make: async () => {
			const other = await startKeyring("unlocked");
			onTestFinished(() => other.stop());
			environment(other.env);
			fs.rmSync(path.join(approvals(), "bus"));
		},
		refused: "approvals-key-gone",
	},
	"no keychain is there": {
		make: () => environment({ DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: folder }),
		// The bus was kept, so that what was accepted counts. It is kept by who has the session.
		refused: "keychain-missing",
		counts: ["a"],
	},
	"no keychain is there, and its bus is gone": {
		make: () => {
			environment({ DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: folder });
			fs.writeFileSync(path.join(approvals(), "bus"), "/nowhere/bus\n");
		},
		refused: "keychain-closed",
	},
	"no keychain is there, and neither the list": {
		make: () => {
			environment({ DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: folder });
			fs.rmSync(approvals(), { recursive: true });
		},
		refused: "keychain-closed",
	},
};

const SEALED: Readonly<Record<string, State>> = {
	...LIST,
	// Nothing is left that says that it was ever there, as in a home whose sealed vault has kept secrets alone.
	"the whole folder of approvals is gone": { make: () => fs.rmSync(approvals(), { recursive: true }), refused: null, counts: ["b"] },
	"the key is gone": { make: () => fs.rmSync(identityFile(home)), refused: "approvals-key-gone" },
	"the key and the list are gone": {
		make: () => {
			fs.rmSync(identityFile(home));
			fs.rmSync(list());
		},
		refused: "approvals-key-gone",
	},
	"the code of the list is gone": { make: () => fs.rmSync(path.join(approvals(), "head")), refused: "approvals-head-gone" },
	"the code of the list is damaged": {
		make: () => fs.writeFileSync(path.join(approvals(), "head"), "x"),
		refused: "approvals-head-gone",
	},
	"a folder lies in the place of the code of the list": {
		make: () => {
			fs.rmSync(path.join(approvals(), "head"));
			fs.mkdirSync(path.join(approvals(), "head", "more"), { recursive: true });
		},
		refused: "approvals-head-gone",
	},
	"the code of the list is damaged, and the list gone": {
		make: () => {
			fs.rmSync(list());
			fs.writeFileSync(path.join(approvals(), "head"), "x");
		},
		refused: "approvals-head-gone",
	},
	"the vault is closed by a passphrase": {
		make: async () => {
			await protectIdentity(home, fs.readFileSync(identityFile(home), "utf8").trim(), `pass ${Math.random()}`);
		},
		refused: "sealed-locked",
	},
	"the vault is closed by a passphrase, and the list gone": {
		make: async () => {
			fs.rmSync(list());
			await protectIdentity(home, fs.readFileSync(identityFile(home), "utf8").trim(), `pass ${Math.random()}`);
		},
		refused: "sealed-locked",
	},
	"a keychain is there now": { make: () => environment({ DBUS_SESSION_BUS_ADDRESS: bus }), refused: "approvals-key-gone" },
};

const bus = process.env.DBUS_SESSION_BUS_ADDRESS;

describe.each([
	{ place: "in the keychain", states: KEYCHAIN, arrange: () => {} },
	{
		place: "in the home",
		states: SEALED,
		arrange: () => environment({ DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: folder }),
	},
])("the next approval, where the key of what was accepted is kept $place", ({ states, arrange }) => {
	it("is the first one, and asks for nothing more", async () => {
		arrange();
		must(await approve("b"));
		expect(await counting()).toEqual(["b"]);
	});

	it("is the first one also after one that was broken off before the vault heard of it", async () => {
		arrange();
		fs.mkdirSync(approvals(), { recursive: true });
		if (states === KEYCHAIN) fs.writeFileSync(path.join(approvals(), `${"f".repeat(64)}.json`), "half");
		must(await approve("b"));
		expect(await counting()).toEqual(["b"]);
	});

	it.each(Object.entries(states))("where %s", async (_, { make, refused, counts }) => {
		arrange();
		must(await approve("a"));
		await make();
		const kept = await approve("b");
		if (refused === null) {
			must(kept);
			expect(await counting()).toEqual(counts);
			return;
		}
		expect(kept).toMatchObject({ ok: false, problem: { code: refused } });
		const seen = await readAccepted(home);
		// A vault that is closed has to be opened: nothing is begun anew beside it.
		if (!refused.startsWith("approvals-")) {
			if (counts !== undefined) expect(await counting()).toEqual(counts);
			else expect(seen).toMatchObject({ ok: false, problem: { code: refused } });
			const closed = { code: refused, message: "", remedy: "" };
			expect(await beginAnew(home, NOTHING_ACCEPTED, closed)).toMatchObject({ ok: false });
			return;
		}
		const { damage, servers } = must(seen);
		expect(servers).toEqual([]);
		expect(damage).toMatchObject({ code: refused, remedy: expect.stringMatching(/, in a terminal: sallyport policy accept$/) });
		if (damage === null) return;
		const other = { ...damage, code: "approvals-other" };
		expect(await beginAnew(home, NOTHING_ACCEPTED, other), "another damage than was shown").toMatchObject({ ok: false });
		must(await beginAnew(home, NOTHING_ACCEPTED, damage));
		must(await approve("b"));
		expect(await counting()).toEqual(["b"]);
		expect(await beginAnew(home, NOTHING_ACCEPTED, damage), "nothing is damaged any more").toMatchObject({ ok: false });
	});
});

it("a throw-away home goes on without its keychain, and its list that was changed is not believed", async () => {
	home = must(createHome(path.join(folder, "away"), { unattended: true }));
	must(await approve("a"));
	environment({ DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: folder });
	fs.rmSync(path.join(approvals(), "bus"));
	must(await approve("b"));
	fs.appendFileSync(list(), " ");
	expect(await approve("c")).toMatchObject({ ok: false, problem: { code: "approvals-forged" } });
});
