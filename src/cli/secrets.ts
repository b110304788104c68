import * as fs from "node:fs";
import { type Command, Option } from "commander";
import { formatReference, parseReference, type SecretReference } from "../core/config/references.ts";
import type { VaultScheme } from "../core/ports.ts";
import { fail, ok, type Problem, type Result } from "../core/result.ts";
import { createHome, type Home, homePath, openHome } from "../platform/home.ts";
import {
	canUnlock,
	createIdentity,
	isProtected,
	lockIdentity,
	protectIdentity,
	readIdentity,
	unlockIdentity,
	unprotectIdentity,
} from "../platform/vault/identity.ts";
import type { Vaults } from "../platform/vault/index.ts";
import { sealedFile } from "../platform/vault/sealed.ts";
import { askHidden, readSecret } from "./hidden-input.ts";
import type { ExitCode, Io } from "./io.ts";
import { complain, remark, say } from "./say.ts";
import { askPassphrase, openVaults } from "./vaults.ts";

type Exit = (code: ExitCode) => void;

/** There is no `get`: nothing prints a secret. */
export function registerSecrets(program: Command, io: Io, exit: Exit): void {
	const secrets = program.command("secrets").description("store, replace and delete secrets; none is ever shown");
	const json = (command: Command): Command => command.option("--json", "print the result as JSON");

	json(secrets.command("list").description("list the references of this home, without values"))
		.addOption(new Option("--vault <vault>", "only this vault").choices(["keychain", "sealed"]))
		.action(async (options: { vault?: VaultScheme; json?: boolean }) => {
			const home = openHome(homePath(io.env));
			if (!home.ok) return exit(complain(io, home.problem));
			exit(await list(io, home.value, options));
		});
	json(
		secrets
			.command("set <reference>")
			.description("store a value read from the terminal or from standard input; never overwrites")
			.addHelpText(
				"after",
				"\nA reference is keychain://NAME or sealed://NAME.\nExit: 0 stored, or there already, 1 another value is there, 2 could not.",
			),
	).action(async (text: string, options: { json?: boolean }) => {
		const home = createHome(homePath(io.env), { unattended: false });
		if (!home.ok) return exit(complain(io, home.problem));
		exit(await set(io, home.value, text, options));
	});
	json(secrets.command("rotate <reference>").description("replace a stored value by a new one")).action(
		async (text: string, options: { json?: boolean }) => {
			const home = openHome(homePath(io.env));
			if (!home.ok) return exit(complain(io, home.problem));
			exit(await rotate(io, home.value, text, options));
		},
	);
	json(secrets.command("delete <reference>").description("delete a stored value")).action(
		async (text: string, options: { json?: boolean }) => {
			const home = openHome(homePath(io.env));
			if (!home.ok) return exit(complain(io, home.problem));
			exit(await remove(io, home.value, text, options));
		},
	);
	registerPassphrase(secrets, io, exit);
}

async function list(io: Io, home: Home, options: { readonly vault?: VaultScheme; readonly json?: boolean }): Promise<ExitCode> {
	const vaults = openVaults(home, io);
	const schemes: readonly VaultScheme[] = options.vault === undefined ? ["keychain", "sealed"] : [options.vault];
	const found: string[] = [];
	const failures: { readonly scheme: VaultScheme; readonly problem: Problem }[] = [];
	for (const scheme of schemes) {
		const paths = await vaults.get(scheme).list();
		if (paths.ok) found.push(...paths.value.map((path) => formatReference({ scheme, path })));
		else failures.push({ scheme, problem: paths.problem });
	}
	vaults.close();
	// Whoever keeps secrets in the sealed file alone has no keychain to miss.
	const incidental =
		options.vault === undefined && failures.every(({ scheme }) => scheme === "keychain") && fs.existsSync(sealedFile(home));
	if (!incidental) for (const { problem } of failures) complain(io, problem);
	if (failures.length > 0 && !incidental && found.length === 0) return 2;
	if (options.json === true) say(io, JSON.stringify({ version: 1, secrets: found, complete: failures.length === 0 }));
	else for (const reference of found) say(io, reference);
	if (found.length === 0 && options.json !== true) say(io, "No secrets are stored.");
	if (incidental) for (const { problem } of failures) remark(io, `Without the keychain: ${problem.message}`);
	return 0;
}

async function set(io: Io, home: Home, text: string, options: { readonly json?: boolean }): Promise<ExitCode> {
	const reference = referenceOf(text);
	if (!reference.ok) return complain(io, reference.problem);
	const value = await readSecret(io, text);
	if (!value.ok) return complain(io, value.problem);
	const vaults = openVaults(home, io);
	try {
		const created = await vaults.get(reference.value.scheme).create(reference.value.path, value.value);
		if (!created.ok) return complain(io, created.problem);
		if (created.value === "different")
			return complain(
				io,
				{ code: "secret-exists", message: `${text} holds another value.`, remedy: `To replace it: sallyport secrets rotate ${text}` },
				1,
			);
		const kept = await readBack(vaults, reference.value, value.value);
		if (!kept.ok) return complain(io, kept.problem);
		return done(io, options, text, created.value === "equal" ? "unchanged" : "stored");
	} finally {
		vaults.close();
	}
}

async function rotate(io: Io, home: Home, text: string, options: { readonly json?: boolean }): Promise<ExitCode> {
	const reference = referenceOf(text);
	if (!reference.ok) return complain(io, reference.problem);
	const vaults = openVaults(home, io);
	try {
		const vault = vaults.get(reference.value.scheme);
		const there = await vault.read(reference.value.path);
		if (!there.ok) return complain(io, there.problem);
		if (there.value === null) return complain(io, missing(text, `Store it: sallyport secrets set ${text}`), 1);
		const value = await readSecret(io, `${text}, new`);
		if (!value.ok) return complain(io, value.problem);
		const replaced = await vault.replace(reference.value.path, value.value);
		if (!replaced.ok) return complain(io, replaced.problem);
		const kept = await readBack(vaults, reference.value, value.value);
		if (!kept.ok) return complain(io, kept.problem);
		return done(io, options, text, "rotated");
	} finally {
		vaults.close();
	}
}

async function remove(io: Io, home: Home, text: string, options: { readonly json?: boolean }): Promise<ExitCode> {
	const reference = referenceOf(text);
	if (!reference.ok) return complain(io, reference.problem);
	const vaults = openVaults(home, io);
	try {
		const gone = await vaults.get(reference.value.scheme).delete(reference.value.path);
		if (!gone.ok) return complain(io, gone.problem);
		if (!gone.value) return complain(io, missing(text, "To see what there is: sallyport secrets list"), 1);
		return done(io, options, text, "deleted");
	} finally {
		vaults.close();
	}
}

function registerPassphrase(secrets: Command, io: Io, exit: Exit): void {
	const withHome = (work: (home: Home) => Promise<ExitCode>) => async (): Promise<void> => {
		const home = openHome(homePath(io.env));
		exit(home.ok ? await work(home.value) : complain(io, home.problem));
	};
	secrets
		.command("protect")
		.description("close the sealed vault by a passphrase, or change it")
		.option("--remove", "take the passphrase off again: the key lies beside the secrets, readable by you alone")
		.action((options: { readonly remove?: boolean }) =>
			withHome((home) => (options.remove === true ? unprotect(io, home) : protect(io, home)))(),
		);
	secrets
		.command("unlock")
		.description("open a sealed vault that has a passphrase, until you log out")
		.action(withHome((home) => unlock(io, home)));
	secrets
		.command("lock")
		.description("close what unlock opened")
		.action(
			withHome(async (home) => {
				say(io, lockIdentity(home) ? "The sealed vault is closed." : "The sealed vault was not open.");
				return 0;
			}),
		);
}

async function protect(io: Io, home: Home): Promise<ExitCode> {
	if (io.stdin.isTTY !== true) return complain(io, NO_TERMINAL);
	const openable = canUnlock(home);
	if (!openable.ok) return complain(io, openable.problem);
	const identity = await identityOf(io, home);
	if (!identity.ok) return complain(io, identity.problem);
	const first = await askHidden(io, "New passphrase (not shown): ");
	if (first === null || first.length < SHORTEST)
		return complain(io, {
			code: "passphrase-short",
			message: `A passphrase has at least ${SHORTEST} characters.`,
			remedy: "Nothing was changed.",
		});
	if ((await askHidden(io, "The same again: ")) !== first)
		return complain(io, { code: "passphrase-differs", message: "The two differ.", remedy: "Nothing was changed. Try again." });
	await protectIdentity(home, identity.value, first);
	lockIdentity(home);
	say(io, "The sealed vault is closed by this passphrase. Without it nobody can read the secrets, you included.");
	say(io, "Servers that need them start after: sallyport secrets unlock");
	return 0;
}

async function unprotect(io: Io, home: Home): Promise<ExitCode> {
	if (io.stdin.isTTY !== true) return complain(io, NO_TERMINAL);
	if (!isProtected(home)) {
		say(io, "The sealed vault has no passphrase. Nothing was changed.");
		return 0;
	}
	const identity = await identityOf(io, home);
	if (!identity.ok) return complain(io, identity.problem);
	unprotectIdentity(home, identity.value);
	lockIdentity(home);
	say(io, "The sealed vault needs no passphrase any more. Whoever can read your files can read the secrets in it.");
	return 0;
}

async function unlock(io: Io, home: Home): Promise<ExitCode> {
	if (io.stdin.isTTY !== true) return complain(io, NO_TERMINAL);
	const identity = await identityOf(io, home);
	if (!identity.ok) return complain(io, identity.problem);
	const unlocked = unlockIdentity(home, identity.value);
	if (!unlocked.ok) return complain(io, unlocked.problem);
	say(io, "The sealed vault is open until you log out.");
	return 0;
}

async function identityOf(io: Io, home: Home): Promise<Result<string>> {
	const ask = askPassphrase(io);
	const identity = await readIdentity(home, ask);
	if (!identity.ok) return identity;
	return identity.value === null ? createIdentity(home, ask) : ok(identity.value);
}

const SHORTEST = 10;
const NO_TERMINAL = { code: "no-terminal", message: "There is no terminal to ask for a passphrase on.", remedy: "Run this in a terminal." };

function referenceOf(text: string): Result<SecretReference> {
	const reference = parseReference(text);
	// The text is not repeated: somebody may have typed the secret itself.
	return reference === null
		? fail(
				"reference-malformed",
				"That is no secret reference.",
				"Write it like keychain://github/GITHUB_TOKEN or sealed://github/GITHUB_TOKEN.",
			)
		: ok(reference);
}

async function readBack(vaults: Vaults, reference: SecretReference, value: string): Promise<Result<void>> {
	const back = await vaults.get(reference.scheme).read(reference.path);
	if (!back.ok) return back;
	return back.value === value
		? ok(undefined)
		: fail("vault-mismatch", "The vault does not give back what it was given.", "Run: sallyport doctor");
}

function missing(text: string, remedy: string): { readonly code: string; readonly message: string; readonly remedy: string } {
	return { code: "secret-missing", message: `${text} is not in the vault.`, remedy };
}

function done(
	io: Io,
	options: { readonly json?: boolean },
	reference: string,
	outcome: "stored" | "unchanged" | "rotated" | "deleted",
): ExitCode {
	if (options.json === true) say(io, JSON.stringify({ version: 1, reference, outcome }));
	else say(io, outcome === "unchanged" ? `${reference} already holds this value.` : `${reference} ${outcome}.`);
	return 0;
}
