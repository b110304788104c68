import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { utf8ToBytes } from "@noble/hashes/utils.js";
import * as z from "zod/mini";
import { isInside } from "../core/policy/layers.ts";
import { fail, ok, type Result } from "../core/result.ts";
import { sha256Hex } from "../core/sha256.ts";
import { plainText } from "./files/bounded-file.ts";
import { nodeCrypto } from "./node-crypto.ts";

/**
 * Sallyport's home: `~/.sallyport`, or `SALLYPORT_HOME`, which is another world with its own policy, keys and
 * vault namespace. Always a real path, owned by this user, mode 0700.
 */
export interface Home {
	readonly path: string;
	readonly policy: string;
	readonly state: string;
	readonly store: string;
	/** Where the launcher that config files name is installed. */
	readonly stub: string;
	/** Made by `sallyport init --unattended`: `--yes` may widen here, because nothing here is worth anything. */
	readonly unattended: boolean;
	/** The account's own home (by the user database, not by `HOME`), and not one that an environment variable leads to. */
	readonly own: boolean;
	/** Keeps the secrets of two homes apart. Computed from the real path, never read from a file: a home cannot claim another's. */
	readonly vaultNamespace: string;
	/** The namespace that this place has, or would have, as a home of a person's own. */
	readonly attendedNamespace: string;
	/** 32 random bytes for keyed hashes of literal values, so that a policy file does not help to guess them. */
	readonly key: Buffer;
}

const Marker = z.strictObject({ version: z.literal(1), unattended: z.boolean(), key: z.string().check(z.regex(/^[0-9a-f]{64}$/)) });

/** Where the home is, whether it exists or not. */
export function homePath(env: Readonly<Record<string, string | undefined>>): string {
	const named = env.SALLYPORT_HOME;
	return path.resolve(named === undefined || named === "" ? path.join(env.HOME || accountHome(), ".sallyport") : named);
}

/** An account that is in no user database has no home: then a folder that cannot exist, which says so when it is used. */
function accountHome(): string {
	try {
		return os.homedir();
	} catch {
		return "/nonexistent";
	}
}

/**
 * True for a folder in which the person's whole home folder lies: what is in there is not there because a repository brought it.
 *
 * @param folder real path
 */
export function holdsPerson(folder: string): boolean {
	const person = accountHome();
	try {
		return isInside(fs.realpathSync(person), folder);
	} catch {
		return isInside(person, folder);
	}
}

/** Creates the home, or opens the one that is there. An existing home keeps what it is: `unattended` never turns on later. */
export function createHome(where: string, options: { readonly unattended: boolean }): Result<Home> {
	const marker = path.join(where, "home.json");
	if (!fs.existsSync(marker)) {
		if (fs.existsSync(where) && fs.readdirSync(where).length > 0)
			return fail(
				"home-not-empty",
				`${where} exists and is not a Sallyport home.`,
				"Move it away, or name another folder in SALLYPORT_HOME.",
			);
		fs.mkdirSync(where, { recursive: true, mode: 0o700 });
		fs.chmodSync(where, 0o700);
		const content = JSON.stringify({ version: 1, unattended: options.unattended, key: nodeCrypto().randomBytes(32).toString("hex") });
		const temporary = `${marker}.${process.pid}`;
		fs.writeFileSync(temporary, `${content}\n`, { mode: 0o600, flag: "wx" });
		try {
			fs.linkSync(temporary, marker);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		} finally {
			fs.unlinkSync(temporary);
		}
	}
	const home = openHome(where);
	if (home.ok && options.unattended && !home.value.unattended)
		return fail(
			"home-attended",
			`${where} is a person's home and stays one: --yes would widen it without being asked.`,
			"Make the throw-away home elsewhere: SALLYPORT_HOME=/tmp/ci-home sallyport init --unattended",
		);
	return home;
}

/** Opens an existing home and refuses one that another user could have written. */
export function openHome(where: string): Result<Home> {
	let real: string;
	try {
		real = fs.realpathSync(where);
	} catch {
		return fail("no-home", `There is no Sallyport home at ${where}.`, "Run: sallyport init");
	}
	const stat = fs.statSync(real);
	if (!stat.isDirectory() || !fs.existsSync(path.join(real, "home.json")))
		return fail("no-home", `${real} is not a Sallyport home.`, "Name another folder in SALLYPORT_HOME, or make one: sallyport init");
	if (stat.uid !== process.getuid?.() || (stat.mode & 0o077) !== 0)
		return fail("home-open", `${real} can be written or read by others.`, `Run: chmod 700 ${real} (it must belong to you).`);
	const text = plainText(path.join(real, "home.json"), 65_536);
	if (text === null) return fail("no-home", `${real} is not a Sallyport home.`, "Run: sallyport init");
	const marker = parseMarker(text);
	if (marker === null)
		return fail("home-broken", `${path.join(real, "home.json")} does not parse.`, "Move the folder away and run: sallyport init");
	for (const folder of ["policy", "state", "store", "bin"]) fs.mkdirSync(path.join(real, folder), { recursive: true, mode: 0o700 });
	return ok({
		path: real,
		policy: path.join(real, "policy"),
		state: path.join(real, "state"),
		store: path.join(real, "store"),
		stub: path.join(real, "bin", "sallyport"),
		unattended: marker.unattended,
		own: real === ownHome(),
		vaultNamespace: namespaceOf(real, marker.unattended),
		attendedNamespace: namespaceOf(real, false),
		key: Buffer.from(marker.key, "hex"),
	});
}

function parseMarker(text: string): z.infer<typeof Marker> | null {
	try {
		return Marker.parse(JSON.parse(text));
	} catch {
		return null;
	}
}

/** Null for an account that is in no user database, or has no home. */
function ownHome(): string | null {
	try {
		return path.join(fs.realpathSync(os.userInfo().homedir), ".sallyport");
	} catch {
		return null;
	}
}

/** A person's own home has the plain namespace. Any other one, a throw-away one in the same place too, has its own. */
function namespaceOf(real: string, unattended: boolean): string {
	if (real === ownHome() && !unattended) return "sallyport";
	const name = utf8ToBytes(`${real}${unattended ? "\0unattended" : ""}`);
	return `sallyport:${sha256Hex(name).slice(0, 16)}`;
}
