import * as fs from "node:fs";
import * as path from "node:path";
import { fail, failed, ok, type Problem, type Result } from "../../core/result.ts";
import { PendingFile } from "../files/atomic-file.ts";
import type { Home } from "../home.ts";
import { nodeCrypto } from "../node-crypto.ts";
import { type AskPassphrase, createIdentity, readIdentity } from "../vault/identity.ts";
import type { KeychainVault } from "../vault/keychain.ts";
import { keychainSocket } from "../vault/keychain-child.ts";
import { SecretService } from "../vault/secret-service.ts";
import { busSockets, recordBus } from "./buses.ts";
import { everKeptInKeychain, keychainClosed, recordKeychain } from "./kept-in-keychain.ts";

/**
 * What a vault keeps of the approvals of a home: the key of their code, and the code of those that count now. An older list has an older code,
 * so that it cannot be put back.
 */
export interface Mark {
	/** 32 bytes. */
	readonly key: Buffer;
	/** 64 hexadecimal digits. */
	readonly head: string;
}

/** `keychain`; or, where this machine has none, `sealed`: the key of the sealed vault, which lies in the home. */
export type MarkPlace = "keychain" | "sealed";

export interface MarkAt {
	readonly place: MarkPlace;
	/** Null: nobody has accepted anything here yet, or `lost` says why it cannot be told any more. */
	readonly mark: Mark | null;
	/** What is gone although something was accepted here. Null where there is a mark, and where nothing was ever kept. */
	readonly lost: Problem | null;
}

export interface MarkOptions {
	/** Undefined: a sealed vault closed by a passphrase is a Problem unless it was unlocked before. */
	readonly ask?: AskPassphrase;
	/** True: a keychain that is closed is not opened, for which it would ask a person; it is a Problem. */
	readonly quiet?: boolean;
	/** How long a keychain's prompt may stay unanswered. */
	readonly timeoutMs?: number;
	/** A connection to the keychain of this environment, which stays the caller's. Undefined: one is opened, and closed again. */
	readonly service?: SecretService;
}

/** Where the lists of approvals lie, of which the mark names one. */
export function approvalsFolder({ state }: Pick<Home, "state">): string {
	return path.join(state, "approvals");
}

/** Where there is a keychain, nothing but the keychain counts: neither a locked one nor an empty one is gone round. */
export async function readMark(home: Home, options: MarkOptions): Promise<Result<MarkAt>> {
	// Whoever can write in a throw-away home can also use --yes: what it keeps by itself is used. Not so where a person's own home says that it is
	// one, which another program may have written there.
	if (home.unattended && !home.own && readHead(home) !== null) {
		const attended = await lookDirectly({ ...home, vaultNamespace: home.attendedNamespace }, {});
		return attended.is === "value" ? noThrowAway : withoutKeychain(home, options);
	}
	const seen = await lookDirectly(home, options);
	if (seen.is === "value") return ok(parseMark(home, seen.value));
	if (seen.is === "none") return withoutKeychain(home, options);
	if (seen.is === "elsewhere") return elsewhere;
	if (options.quiet === true && process.platform === "linux") return notOpen;
	// The library has a keychain unlocked, and tells a locked one from one that has no such entry.
	const value = await withKeychain(home, options, (vault) => vault.read(ACCOUNT));
	if (value.ok) return ok(parseMark(home, value.value ?? ""));
	const absent = process.platform !== "linux" && /^keychain-(?:missing|library)$/.test(value.problem.code);
	return absent ? withoutKeychain(home, options) : failed(mended(value.problem));
}

/** The same for who is about to keep something: a keychain that does not open keeps nobody from using a throw-away home. */
export async function markToReplace(home: Home, options: MarkOptions): Promise<Result<MarkAt>> {
	const at = await readMark(home, options);
	return !at.ok && home.unattended ? withoutKeychain(home, options) : at;
}

/** Keeps a code as the one that counts from now on. The key is made when there is none. */
export async function writeHead(home: Home, at: MarkAt, headOf: (key: Buffer) => string, options: MarkOptions): Promise<Result<MarkPlace>> {
	if (at.place === "keychain") {
		const key = at.mark?.key ?? nodeCrypto().randomBytes(32);
		const value = `${VERSION}.${key.toString("hex")}.${headOf(key)}`;
		const kept = await withKeychain(home, options, (vault) => vault.keep(ACCOUNT, value));
		if (kept.ok) {
			recordBus(home);
			recordKeychain(home);
			return ok("keychain");
		}
		if (!home.unattended) return failed(mended(kept.problem));
	}
	const made = await sealedKey(home, options);
	if (!made.ok) return made;
	const identity = made.value === null ? await createIdentity(home, options.ask) : null;
	if (identity?.ok === false) return identity;
	const key = made.value ?? keyOf(home, identity?.value ?? "");
	const head = `${headOf(key)}\n`;
	makeWay(headFile(home));
	new PendingFile(headFile(home), head).commit();
	return ok("sealed");
}

/** No reference can name it, so no server can be granted it. */
const ACCOUNT = "approvals:1";

const VERSION = "1";

const HEX = /^[0-9a-f]{64}$/;

/** As a keychain keeps it. What cannot be read counts as little as nothing. */
function parseMark(home: Home, value: string): MarkAt {
	const [version, key = "", head = "", ...more] = value.split(".");
	const isMark = version === VERSION && HEX.test(key) && HEX.test(head) && more.length === 0;
	if (isMark) return { place: "keychain", mark: { key: Buffer.from(key, "hex"), head }, lost: null };
	return { place: "keychain", mark: null, lost: value !== "" ? unreadable : isEverKept(home) ? unknownThere : null };
}

/**
 * Whether something was kept here once, by what is written only after a vault has taken it. A list alone shows nothing: it is written before. Who
 * uses a throw-away home may be without its keychain the next time.
 */
function isEverKept(home: Home): boolean {
	return !home.unattended && (everKeptInKeychain(home) || fs.existsSync(headFile(home)));
}

/** The one way on from there. */
export const BEGIN_ANEW = "Look at all that would count, and begin the list anew, in a terminal: sallyport policy accept";

/** Why nothing counts that was accepted. */
export function lostList(code: string, message: string): Problem {
	return { code, message: `${message} Nothing that was accepted in this home counts.`, remedy: BEGIN_ANEW };
}

const unreadable = lostList(
	"approvals-key-damaged",
	"What the keychain has of your approvals cannot be read: another program has written there.",
);

const unknownThere = lostList(
	"approvals-key-gone",
	"The keychain that is there now does not know your approvals: its entry is gone, or it is another keychain.",
);

type Seen =
	| { readonly is: "value"; readonly value: string }
	/** `unsure`: there is one, or it cannot be told. `elsewhere`: one that the library does not reach. */
	| { readonly is: "none" | "unsure" | "elsewhere" };

/** Reads an open keychain in this process: its library would be a whole program more to start. */
async function lookDirectly(home: Home, { service }: MarkOptions): Promise<Seen> {
	if (process.platform !== "linux") return { is: "unsure" };
	const own = keychainSocket();
	for (const socket of busSockets(home)) {
		const asked = socket === own && service !== undefined ? service : new SecretService(socket);
		try {
			const value = await inTime(asked.read(home.vaultNamespace, ACCOUNT), null);
			if (value !== null && value !== "") return { is: "value", value };
			if (await inTime(asked.isThere(), true)) return { is: socket === own ? "unsure" : "elsewhere" };
		} finally {
			if (asked !== service) asked.close();
		}
	}
	return { is: "none" };
}

/** An open keychain takes milliseconds, and longer where fifty servers start at once. */
const PATIENCE_MS = 3_000;

async function inTime<T>(asked: Promise<T>, otherwise: T): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<T>((resolve) => {
		timer = setTimeout(resolve, PATIENCE_MS, otherwise);
	});
	return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

/** Loaded on demand: what an open keychain has is read without it. */
async function withKeychain<T>(
	home: Home,
	{ timeoutMs }: MarkOptions,
	work: (vault: KeychainVault) => Promise<Result<T>>,
): Promise<Result<T>> {
	const { KeychainVault } = await import("../vault/keychain.ts");
	const vault = new KeychainVault(home, timeoutMs === undefined ? {} : { timeoutMs });
	try {
		return await work(vault);
	} finally {
		vault.close();
	}
}

/** The keychain's own remedies speak of secrets, which can be kept elsewhere. */
function mended(problem: Problem): Problem {
	const { code, message } = problem;
	if (!code.startsWith("keychain-")) return problem;
	return { code, message: `Which approvals count is in the keychain. ${message}`, remedy: REMEDIES[code] ?? "Run: sallyport doctor" };
}

const REMEDIES: Readonly<Record<string, string>> = {
	"keychain-locked": "Unlock it (logging in to the desktop does), and start the server again.",
	"keychain-library": "Install the keychain's library (Debian, Ubuntu: apt-get install libsecret-1-0).",
	"keychain-missing": "Start the host from your desktop session.",
};

const noThrowAway = fail(
	"home-changed",
	"This home says that it is a throw-away one, and a person has approved servers in it.",
	"If you did not make it anew here, something has changed its home.json.",
);

const notOpen = fail(
	"keychain-locked",
	"Which approvals count is in the keychain, which is not open.",
	"Unlock it (logging in to the desktop does).",
);

const elsewhere = fail(
	"keychain-elsewhere",
	"The keychain that keeps which approvals count is not on the session bus that this environment names.",
	"Leave DBUS_SESSION_BUS_ADDRESS as your login sets it.",
);

/** A keychain that is closed may look as if there were none: where one ever kept the approvals, nothing else counts. */
async function withoutKeychain(home: Home, options: MarkOptions): Promise<Result<MarkAt>> {
	return keychainClosed(home) ?? readSealed(home, options);
}

async function readSealed(home: Home, options: MarkOptions): Promise<Result<MarkAt>> {
	const key = await sealedKey(home, options);
	if (!key.ok) return key;
	const head = readHead(home);
	const place = "sealed";
	if (key.value !== null && head !== null) return ok({ place, mark: { key: key.value, head }, lost: null });
	if (home.unattended ? head === null : !fs.existsSync(headFile(home)) && !hasLists(home)) return ok({ place, mark: null, lost: null });
	return ok({ place, mark: null, lost: key.value === null ? sealedGone : headGone });
}

const sealedGone = lostList("approvals-key-gone", "The key of your approvals, that of the sealed vault, is gone.");

const headGone = lostList(
	"approvals-head-gone",
	"Which list of your approvals counts is not known any more: the file that said so is gone or damaged.",
);

function hasLists(home: Home): boolean {
	try {
		return fs.readdirSync(approvalsFolder(home)).some(isListName);
	} catch {
		return false;
	}
}

/** Whether a file in the folder of approvals is a list, by its name. */
export function isListName(name: string): boolean {
	return name.endsWith(".json") && HEX.test(name.slice(0, -".json".length));
}

/** Null: the sealed vault has no key yet. */
async function sealedKey(home: Home, { ask }: MarkOptions): Promise<Result<Buffer | null>> {
	const identity = await readIdentity(home, ask);
	return identity.ok ? ok(identity.value === null ? null : keyOf(home, identity.value)) : identity;
}

/** Another home has another key, also one that was copied from this. */
function keyOf(home: Home, identity: string): Buffer {
	return nodeCrypto().createHmac("sha256", identity).update(`sallyport approvals ${VERSION}\0${home.vaultNamespace}`).digest();
}

/** A folder that another program put in the place of a file of ours goes: no file could take its place. */
export function makeWay(file: string): void {
	if (fs.lstatSync(file, { throwIfNoEntry: false })?.isDirectory() === true) fs.rmSync(file, { recursive: true });
}

function headFile(home: Home): string {
	return path.join(approvalsFolder(home), "head");
}

/** Null: there is none that can be read. */
function readHead(home: Home): string | null {
	try {
		const head = fs.readFileSync(headFile(home), { encoding: "latin1", flag: fs.constants.O_RDONLY | fs.constants.O_NONBLOCK }).trim();
		return HEX.test(head) ? head : null;
	} catch {
		return null;
	}
}
