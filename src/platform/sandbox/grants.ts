import * as fs from "node:fs";
import * as path from "node:path";
import { shellWord } from "../../core/plain-text.ts";
import { nameMatcher, pathMatcher } from "../../core/policy/names.ts";
import { fail, ok, type Result } from "../../core/result.ts";
import type { SandboxProfile } from "./engine.ts";
import type { Rule } from "./mirror/mirror.ts";
import type { Mirrored } from "./mirror/mirrors.ts";
import { CREDENTIALS, isWithin, NEVER_WRITTEN, OBEYED } from "./protected.ts";

/** One thing to be made inside, at an absolute path. `id` is the device and inode that were looked at. */
export type Mount =
	/** `from`: what is shown there. Undefined: what lies at that path outside. */
	| { readonly kind: "read" | "write"; readonly at: string; readonly from?: string; readonly id: string }
	| { readonly kind: "folder"; readonly at: string }
	| { readonly kind: "link"; readonly at: string; readonly target: string };

export interface Plan {
	readonly mounts: readonly PlannedMount[];
	/** By absolute path: what the server may not see, wherever it is granted to look. */
	readonly isHidden: (absolute: string) => boolean;
}

/** A granted path, before it is known where the copies of folders for writing lie. */
export type PlannedMount = Mount | (Mirrored & { readonly kind: "mirror" });

type Granted = Pick<SandboxProfile, "command" | "cwd" | "read" | "write" | "personal" | "hidden" | "hiddenNames">;

/** Where the person's own things are. Real paths. */
export interface Places {
	/** The account's own home, and the one that the environment names. */
	readonly homes: readonly string[];
	/** Sallyport's homes: the account's own, and the one in use. */
	readonly sallyport: readonly string[];
}

/** Folders that are there in every sandbox, read-only. */
export const SYSTEM_READ = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

/** Never granted, nor anything beneath: other processes, devices, sockets of services, the machine's own settings. */
const NEVER = ["/proc", "/sys", "/dev", "/run", "/var/run", "/boot", "/etc"];
/** Of those, what may be read. */
const NEVER_BUT = ["/etc/ssl/certs", "/etc/pki/ca-trust", "/etc/ca-certificates", "/etc/alternatives", "/etc/localtime"];
/** Too wide as a whole; what lies beneath may be granted. */
const TOO_WIDE = ["/", "/home", "/root", "/tmp", "/var", "/var/tmp", "/opt", "/mnt", "/media", "/srv"];

/** Installed packages: too many files to look through at every start, and published ones at that. */
const PACKAGES: ReadonlySet<string> = new Set(["node_modules", "site-packages", "dist-packages"]);

/** True for a folder of installed packages, by its name. */
export function isPackages(folder: string): boolean {
	return PACKAGES.has(path.basename(folder));
}

const MAX_ENTRIES = 200_000;
const MAX_MOUNTS = 1500;
const MAX_DEPTH = 64;

/**
 * What has to be mounted so that exactly the granted paths are visible, without anything protected. What was approved is a real
 * path: one that has become a link, or lies behind one, is refused and never followed. The command and the working folder may be
 * named through links; they are links inside too, and show nothing more.
 *
 * A folder for reading that holds a protected name is not bound and then masked (a mask comes off when the file is replaced on the
 * host); instead its entries are bound one by one. Names that appear in it later are not visible at all; names that appear later in a
 * folder that was bound whole are, until the server is stopped for it. In folders of installed packages the built-in names are not
 * looked for. A folder for writing is not bound: the server gets a copy, which is kept like it.
 *
 * @param options `copies` false: no copy can stand in a folder's place, and folders for writing are looked through like those for reading
 */
export function planGrants(profile: Granted, places: Places, { copies } = { copies: true }): Result<Plan> {
	const plan = new Planner(profile, places, copies);
	for (const named of profile.read) {
		const granted = plan.grant(named, "read");
		if (!granted.ok) return granted;
	}
	// A file that is granted by its own name counts more than what the folder around it allows.
	for (const named of [...profile.write].sort((a, b) => Number(isFile(a)) - Number(isFile(b)))) {
		const granted = plan.grant(named, "write");
		if (!granted.ok) return granted;
	}
	for (const named of [profile.command, profile.cwd]) plan.reach(named);
	return ok({ mounts: plan.mounts(), isHidden: (at) => plan.isHidden(at, path.basename(at)) });
}

/** Whether this path may be granted at all. What is in it is not looked at. */
export function checkGrantable(named: string, mode: "read" | "write", places: Places): Result<void> {
	const planner = new Planner({ command: "/bin/sh", cwd: "/", read: [], write: [], hidden: [], hiddenNames: [] }, places);
	const real = planner.check(named, mode);
	return real.ok ? ok(undefined) : real;
}

/** True when the path is visible through these mounts or the system folders. Links are not followed. */
export function isCovered(where: string, mounts: readonly PlannedMount[]): boolean {
	return (
		SYSTEM_READ.some((folder) => isWithin(where, folder)) ||
		mounts.some((mount) => (isWhole(mount) ? isWithin(where, mount.at) : mount.at === where))
	);
}

/** What is beneath it is there too. */
function isWhole({ kind }: PlannedMount): boolean {
	return kind === "read" || kind === "write" || kind === "mirror";
}

/** The mounts, with the copies in the place of the folders that are granted for writing. */
export function placeMirrors(planned: readonly PlannedMount[], copies: ReadonlyMap<string, string>): readonly Mount[] {
	return planned.map((mount) => {
		if (mount.kind !== "mirror") return mount;
		const from = copies.get(mount.at);
		if (from === undefined) throw new Error("a granted folder without a copy");
		return { kind: mount.readOnly === true ? "read" : "write", at: mount.at, from, id: idOf(fs.lstatSync(from)) };
	});
}

class TooMuch extends Error {}

class Planner {
	readonly #mounts = new Map<string, PlannedMount>();
	readonly #places: Places;
	readonly #copies: boolean;
	readonly #hidden: readonly string[];
	/** Folders in which a hidden path is, or will be when somebody makes it: never bound as a whole. */
	readonly #splitAt: ReadonlySet<string>;
	readonly #isDenied: (absolute: string) => boolean;
	readonly #someAreDenied: boolean;
	readonly #personal: readonly string[];
	readonly #isCredentialName = nameMatcher(CREDENTIALS.names);
	readonly #isObeyed = nameMatcher(OBEYED);
	readonly #runsCode = nameMatcher(NEVER_WRITTEN);
	readonly #credentialPaths: readonly string[];
	/** Device and inode of protected files that have a second name somewhere. */
	readonly #linked: ReadonlySet<string>;
	#entries = 0;

	constructor(profile: Granted, places: Places, copies = true) {
		this.#places = places;
		this.#copies = copies;
		this.#hidden = profile.hidden.flatMap((where) => [path.resolve(where), realOrNull(where) ?? path.resolve(where)]);
		this.#splitAt = new Set(this.#hidden.map((where) => deepestFolder(path.dirname(where))));
		this.#isDenied = pathMatcher(profile.hiddenNames);
		this.#personal = profile.personal ?? [];
		this.#someAreDenied = profile.hiddenNames.length > 0;
		this.#credentialPaths = places.homes.flatMap((home) => CREDENTIALS.paths.map((relative) => `${home}/${relative}`));
		this.#linked = linkedCredentials(places.homes, this.#isCredentialName, this.#credentialPaths);
	}

	/** Parents before what lies in them. */
	mounts(): readonly PlannedMount[] {
		return [...this.#mounts.values()]
			.filter((mount) => isWhole(mount) || !this.#isBound(mount.at))
			.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
	}

	/** Makes the links on the way to a path that is visible by its real name. */
	reach(named: string): void {
		const real = realOrNull(named);
		if (real !== null && isCovered(real, this.mounts())) this.#follow(named);
	}

	/** The path itself, when it may be granted. */
	check(named: string, mode: "read" | "write"): Result<string> {
		const real = path.isAbsolute(named) ? realOrNull(named) : null;
		if (real === null)
			return fail(
				"grant-missing",
				`${named} is granted to the server and is not there.`,
				`Create it, or take it back: sallyport revoke NAME --${mode} ${shellWord(named)}`,
			);
		// Whoever may write beside it, a repository too, could put a link there and so choose what is granted.
		if (real !== path.resolve(named))
			return fail(
				"grant-changed",
				`${named} is granted to the server, and leads elsewhere now.`,
				"If the server should have what it leads to, grant it again: sallyport allow NAME",
			);
		return this.#refusal(real, mode) ?? ok(real);
	}

	grant(named: string, mode: "read" | "write"): Result<void> {
		const checked = this.check(named, mode);
		if (!checked.ok) return checked;
		const real = checked.value;
		if (this.isHidden(real, path.basename(real))) return ok(undefined);
		if (SYSTEM_READ.some((folder) => isWithin(real, folder))) return ok(undefined);
		try {
			if (mode === "write" && this.#copies && !this.#isInStore(real) && fs.lstatSync(real).isDirectory()) {
				this.#mirror(real);
				return ok(undefined);
			}
			if (mode === "write" && this.#isMirrored(real) && !real.split(path.sep).some(this.#isObeyed)) return ok(undefined);
			// The server's own packages, as when they lie in a folder of the server's: what a person granted is looked through in any case.
			const unseen = mode === "read" && !this.#personal.includes(real) && isPackages(real) && this.#mayBindUnseen(real);
			const stat = unseen ? fs.lstatSync(real) : null;
			const whole = stat?.isDirectory() ? ({ kind: "read", at: real, id: idOf(stat) } as const) : this.#scan(real, mode, 0);
			if (whole !== null && whole !== "split") this.#put(whole);
			return ok(undefined);
		} catch (error) {
			if (!(error instanceof TooMuch)) throw error;
			return fail(
				"grant-too-large",
				`${real} cannot be shown without the files in it that no server may read: ${error.message}.`,
				"Grant the folders inside it that the server needs.",
			);
		}
	}

	/** The whole folder is copied. What stands in it and may only be read is mounted over the copy, or, if it is a file, copied. */
	#mirror(where: string): void {
		if (this.#isMirrored(where)) return;
		const stat = lookAt(where);
		if (stat === null) return;
		const rule = (relative: string, outside: { readonly dev: bigint; readonly ino: bigint; isFile(): boolean } | null): Rule => {
			const at = path.join(where, relative);
			if (this.isHidden(at, path.basename(at)) || (outside?.isFile() === true && this.#linked.has(idOf(outside)))) return "hidden";
			return this.#isObeyed(path.basename(at)) ? "read" : "write";
		};
		this.#put({ kind: "mirror", at: where, id: idOf(stat), rule });
		const walk = (folder: string, depth: number): void => {
			if (depth > MAX_DEPTH) throw new TooMuch("it is nested too deeply");
			for (const entry of list(folder)) {
				if (++this.#entries > MAX_ENTRIES) throw new TooMuch(`more than ${MAX_ENTRIES} entries`);
				if (!entry.isDirectory()) continue;
				const at = path.join(folder, entry.name);
				const allowed = rule(path.relative(where, at), null);
				if (allowed === "write") walk(at, depth + 1);
				const inner = allowed === "read" ? this.#scan(at, "read", depth + 1) : null;
				if (inner !== null && inner !== "split") this.#put(inner);
			}
		};
		walk(where, 0);
	}

	#isMirrored(where: string): boolean {
		return [...this.#mounts.values()].some((mount) => mount.kind === "mirror" && isWithin(where, mount.at));
	}

	#isInStore(where: string): boolean {
		return this.#places.sallyport.some((home) => isWithin(where, home));
	}

	#put(mount: PlannedMount): void {
		// A whole writable folder was looked through: nothing in it needs to be shown in another way.
		if (mount.kind === "write" || mount.kind === "mirror")
			for (const at of this.#mounts.keys()) if (isWithin(at, mount.at)) this.#mounts.delete(at);
		this.#mounts.set(mount.at, mount);
		if (this.#mounts.size > MAX_MOUNTS) throw new TooMuch("too many others stand beside them");
	}

	#refusal(real: string, mode: "read" | "write"): ReturnType<typeof fail> | null {
		const narrower = "Grant a folder inside it instead.";
		const remove = "Take it out of the grant.";
		const { homes, sallyport } = this.#places;
		const parts = real.split(path.sep).filter(Boolean);

		if (TOO_WIDE.includes(real) || homes.some((home) => isWithin(home, real)))
			return fail("grant-too-wide", `${real} is too wide to be granted.`, narrower);
		if (sallyport.some((own) => isWithin(own, real))) return fail("grant-too-wide", `${real} holds Sallyport's own files.`, narrower);
		const own = sallyport.find((home) => isWithin(real, home));
		const [first, , third = ""] = own === undefined ? [] : path.relative(own, real).split(path.sep);
		// `store/npm/PACKAGE` may be read, and `store/npm/.staging-…` written while it is installed; never the store as a whole.
		const inStore = first === "store" && (mode === "write" ? third.startsWith(".staging-") : third !== "");
		if (own !== undefined && !inStore) return fail("grant-protected", `${real} belongs to Sallyport itself and is never granted.`, remove);

		const system = mode === "write" ? [...NEVER, ...SYSTEM_READ] : NEVER;
		if (system.some((folder) => isWithin(real, folder)) && !(mode === "read" && NEVER_BUT.some((folder) => isWithin(real, folder))))
			return fail("grant-protected", `${real} belongs to the system and is never granted.`, remove);

		const below = own === undefined ? parts : path.relative(own, real).split(path.sep);
		if (below.some(this.#isCredentialName) || this.#credentialPaths.some((where) => isWithin(real, where)))
			return fail("grant-protected", `${real} is where credentials are kept, and is never granted.`, remove);
		const stat = lookAt(real);
		if (!stat?.isFile() && !stat?.isDirectory()) return fail("grant-protected", `${real} is neither a file nor a folder.`, remove);
		if (stat.isFile() && this.#linked.has(idOf(stat)))
			return fail("grant-protected", `${real} is another name of a credential file.`, remove);
		if (mode === "write" && stat.isFile() && stat.nlink > 1)
			return fail(
				"grant-protected",
				`${real} has a second name, and writing it would change that file too.`,
				"Replace it by a copy, or grant it for reading.",
			);
		// A file can be granted by its very name; a folder of such would hold what nobody has seen.
		if (mode === "write" && !inStore && parts.some(this.#isObeyed) && !(stat.isFile() && !parts.some(this.#runsCode)))
			return fail(
				"grant-protected",
				`${real} is something that programs outside the sandbox obey, and is never writable as a whole.`,
				"Grant it for reading, or the files that the server must write one by one.",
			);
		return null;
	}

	/**
	 * The mount for `where` when it can be bound whole; "split" when its clean entries were added one by one; null when nothing of
	 * it may be seen.
	 */
	#scan(where: string, mode: "read" | "write", depth: number): PlannedMount | "split" | null {
		if (depth > MAX_DEPTH) throw new TooMuch("it is nested too deeply");
		const stat = lookAt(where);
		// Gone, or named in bytes that are no text: what cannot be looked at is not shown.
		if (stat === null) return null;
		const id = idOf(stat);
		// A file with a second name may be one that hosts obey, somewhere else: writing it would be writing that one.
		if (stat.isFile()) return this.#linked.has(id) ? null : { kind: stat.nlink > 1 ? "read" : mode, at: where, id };
		// It was a folder a moment ago; a link that took its place is not followed.
		if (!stat.isDirectory()) return null;
		let entries: readonly fs.Dirent[];
		try {
			entries = fs.readdirSync(where, { withFileTypes: true });
		} catch {
			return null;
		}
		this.#entries += entries.length;
		if (this.#entries > MAX_ENTRIES) throw new TooMuch(`more than ${MAX_ENTRIES} entries`);

		const kept: PlannedMount[] = [];
		const plain: fs.Dirent[] = [];
		let split = this.#splitAt.has(where);
		for (const entry of entries) {
			const at = path.join(where, entry.name);
			if (this.isHidden(at, entry.name)) {
				split = true;
				continue;
			}
			const obeyed = mode === "write" && this.#isObeyed(entry.name);
			if (obeyed) split = true;
			const looked = entry.isDirectory() && !(isPackages(at) && this.#mayBindUnseen(at));
			if (looked || (entry.isFile() && (mode === "write" || this.#linked.size > 0))) {
				const inner = this.#scan(at, obeyed ? "read" : mode, depth + 1);
				if (inner === null || inner === "split" || inner.kind !== mode) split = true;
				if (inner !== null && inner !== "split") kept.push(inner);
			} else if (obeyed && !entry.isSymbolicLink()) {
				const inner = lookAt(at);
				if (inner?.isFile() || inner?.isDirectory()) kept.push({ kind: "read", at, id: idOf(inner) });
			} else if (entry.isFile() || entry.isDirectory() || entry.isSymbolicLink()) plain.push(entry);
			// A pipe, a socket or a device leads to another program, and writes to it even where the folder is read-only.
			else split = true;
		}
		if (!split) return { kind: mode, at: where, id };

		if (!this.#mounts.has(where)) this.#put({ kind: "folder", at: where });
		for (const mount of kept) this.#put(mount);
		for (const entry of plain) {
			const at = path.join(where, entry.name);
			const inner = lookAt(at);
			if (inner?.isSymbolicLink()) this.#put({ kind: "link", at, target: fs.readlinkSync(at) });
			else if (inner?.isFile() || inner?.isDirectory()) this.#put({ kind: mode, at, id: idOf(inner) });
		}
		return "split";
	}

	/** Nothing that the person named could lie in it. The built-in names are not looked for among installed packages. */
	#mayBindUnseen(at: string): boolean {
		return !this.#someAreDenied && !this.#hidden.some((hidden) => isWithin(hidden, at));
	}

	isHidden(at: string, name: string): boolean {
		return (
			this.#isCredentialName(name) ||
			(this.#someAreDenied && this.#isDenied(at)) ||
			this.#hidden.some((hidden) => isWithin(at, hidden)) ||
			this.#credentialPaths.includes(at)
		);
	}

	#isBound(where: string): boolean {
		for (let at = where; ; at = path.dirname(at)) {
			const mount = this.#mounts.get(at);
			if (mount !== undefined && isWhole(mount)) return true;
			if (at === "/") return false;
		}
	}

	/** What is named through links is reached through the same links inside. */
	#follow(named: string): void {
		let at = "/";
		for (const part of path.resolve(named).split(path.sep).filter(Boolean)) {
			at = path.join(at, part);
			if (!fs.lstatSync(at).isSymbolicLink()) continue;
			const target = fs.realpathSync(at);
			if (!this.#isBound(at) && !SYSTEM_READ.some((folder) => isWithin(at, folder)) && !this.#mounts.has(at))
				this.#mounts.set(at, { kind: "link", at, target });
			at = target;
		}
	}
}

function idOf(stat: { readonly dev: number | bigint; readonly ino: number | bigint }): string {
	return `${stat.dev}:${stat.ino}`;
}

/** Null: it is gone, or lies where this user may not look. Links are not followed. */
function lookAt(where: string): fs.Stats | null {
	try {
		return fs.lstatSync(where);
	} catch {
		return null;
	}
}

function realOrNull(where: string): string | null {
	try {
		return fs.realpathSync(where);
	} catch {
		return null;
	}
}

/** The path, or the first above it that is there. */
function deepestFolder(where: string): string {
	return realOrNull(where) ?? (where === "/" ? where : deepestFolder(path.dirname(where)));
}

/** Hard links to credentials have other names; they are known by inode. Looks two levels deep, which is where keys lie. */
function linkedCredentials(
	homes: readonly string[],
	isCredentialName: (name: string) => boolean,
	paths: readonly string[],
): ReadonlySet<string> {
	const linked = new Set<string>();
	const look = (where: string, depth: number): void => {
		const stat = lookAt(where);
		if (stat?.isFile() && stat.nlink > 1) linked.add(idOf(stat));
		if (stat?.isDirectory() && depth > 0) for (const name of names(where).slice(0, 500)) look(`${where}/${name}`, depth - 1);
	};
	for (const home of homes) for (const name of names(home)) if (isCredentialName(name)) look(path.join(home, name), 2);
	for (const where of paths) look(where, 1);
	return linked;
}

function names(where: string): readonly string[] {
	return list(where).map(({ name }) => name);
}

function list(where: string): readonly fs.Dirent[] {
	try {
		return fs.readdirSync(where, { withFileTypes: true });
	} catch {
		return [];
	}
}

function isFile(where: string): boolean {
	return lookAt(where)?.isFile() === true;
}

/** Opens a name without opening what it stands for. Of Linux; Node has no name for it. */
const O_PATH = 0o10000000;

/** What lies at exactly this path, reached through no link: the kernel is asked where the opened thing is. Null: nothing does. */
function idAt(where: string): string | null {
	let fd: number;
	try {
		fd = fs.openSync(where, O_PATH | fs.constants.O_NOFOLLOW);
	} catch {
		return null;
	}
	try {
		return fs.readlinkSync(`/proc/self/fd/${fd}`) === where ? idOf(fs.fstatSync(fd)) : null;
	} finally {
		fs.closeSync(fd);
	}
}

/**
 * Between being looked at and being mounted, another program could have put a link in a path's place, or in that of a folder above
 * it. `pid` is a process inside, before the server runs: what it sees has to be what was looked at, and what lies at that very path.
 * Null: there is none, and nothing can be vouched for.
 */
export function checkMounts(pid: number | null, mounts: readonly Mount[]): Result<void> {
	if (pid === null) return fail("sandbox-failed", "The sandbox cannot be looked into on this system.", "Run: sallyport doctor");
	for (const mount of mounts) {
		if (mount.kind !== "read" && mount.kind !== "write") continue;
		let seen: string | null = null;
		try {
			seen = idOf(fs.lstatSync(`/proc/${pid}/root${mount.at}`));
		} catch {}
		if (seen !== mount.id || idAt(mount.from ?? mount.at) !== mount.id)
			return fail(
				"grant-changed",
				`${mount.at} changed while the server was being started.`,
				"Start it again when nothing changes that folder.",
			);
	}
	return ok(undefined);
}
