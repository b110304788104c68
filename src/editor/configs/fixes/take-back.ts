import * as fs from "node:fs";
import type { HostId } from "../../../core/config/hosts.ts";
import { parseConfig } from "../../../core/config/parse.ts";
import { formatReference, referencesIn } from "../../../core/config/references.ts";
import type { ConfigDocument } from "../../../core/config/server.ts";
import { grantsOf } from "../../../core/policy/layers.ts";
import type { Vault } from "../../../core/ports.ts";
import { readBounded } from "../../../platform/files/bounded-file.ts";
import type { Home } from "../../../platform/home.ts";
import { readLayers } from "../../../platform/policy-files.ts";
import type { StoredMove } from "../../../platform/stored-moves.ts";
import { userPlaces, workspacePlaces } from "../../servers/places.ts";
import type { OpenConfig } from "../configs.ts";
import type { FixContext } from "./context.ts";

/** What a fix stored from one document, and did not put a reference there for. */
interface Unused {
	readonly open: OpenConfig;
	readonly stored: readonly StoredMove[];
}

/**
 * Deletes what a fix put into the vault for nothing. Another fix, of this or another program, may have found the same value there
 * meanwhile and rely on it: an entry goes only while every file that it came from still holds that very value on the disk, and no
 * config file that is known here, open or on the disk, and no grant names it. On doubt it stays; the log says so.
 */
export async function takeBack(
	context: FixContext,
	home: Home,
	unused: readonly Unused[],
	documents: readonly OpenConfig[],
): Promise<void> {
	const moves = unused.flatMap(({ open, stored }) => stored.map((one) => ({ ...one, open, name: formatReference(one.reference) })));
	const created = moves.filter(({ how }) => how === "created");
	if (created.length === 0) return;
	const isNamed = await namesNow(context, home, documents);
	const vaults = context.services.openVaults(home);
	try {
		for (const { name, reference, value } of created) {
			const isSafe = !isNamed(name) && moves.every((move) => move.name !== name || isOnDisk(context, move.open, move));
			if (isSafe && (await deleteEqual(vaults.get(reference.scheme), reference.path, value))) continue;
			context.services.log.info(`${name} stays in the vault: something may use it by now.`);
		}
	} finally {
		vaults.close();
	}
}

/** False: another value is there by now, or the vault did not delete it. */
async function deleteEqual(vault: Vault, path: string, value: string): Promise<boolean> {
	const there = await vault.read(path);
	if (!there.ok || there.value !== value) return false;
	const gone = await vault.delete(path);
	return gone.ok;
}

/** Bytes. */
const MOST_BYTES = 5 * 1024 * 1024;

/** Whether the file that a secret was taken from still has it in its place. */
function isOnDisk({ configs }: FixContext, { document, host }: OpenConfig, { move, value }: StoredMove): boolean {
	const file = configs.localPath(document.uri);
	const read = file === null ? null : readFile(file, host);
	const place = JSON.stringify(move.server.keyPath);
	return (
		read?.document.servers.some(
			(server) =>
				server.kind === "stdio" &&
				JSON.stringify(server.keyPath) === place &&
				server.env.some((variable) => `env:${variable.name.value}` === move.slot && variable.value.value.includes(value)),
		) === true
	);
}

/** Answers whether anything that is known names a reference. What cannot be read might name any. */
async function namesNow(
	{ services, configs }: FixContext,
	home: Home,
	documents: readonly OpenConfig[],
): Promise<(name: string) => boolean> {
	const layers = readLayers(home, { workspace: null, narrowing: [] });
	if (!layers.ok) return () => true;
	const named = new Set(grantsOf(layers.value).flatMap(({ secrets }) => [...secrets.values()]));
	const texts: string[] = [];
	for (const open of documents) for (const name of referencesOf(configs.analysis(open).document)) named.add(name);
	for (const { path, host } of [...(await workspacePlaces(services, configs)), ...userPlaces(services, configs)]) {
		if (!fs.existsSync(path)) continue;
		const read = readFile(path, host);
		if (read === null) return () => true;
		// Wherever in the file it stands; and however it is written, where it counts.
		texts.push(read.text);
		for (const name of referencesOf(read.document)) named.add(name);
	}
	return (name) => named.has(name) || texts.some((text) => text.includes(name));
}

function referencesOf({ servers }: ConfigDocument): readonly string[] {
	return servers
		.flatMap((server) => (server.kind === "stdio" ? server.env : []))
		.flatMap(({ value }) => referencesIn(value.value))
		.map(formatReference);
}

/** Null: it is not there, or cannot be read. */
function readFile(file: string, host: HostId): { readonly text: string; readonly document: ConfigDocument } | null {
	try {
		const text = readBounded(fs.realpathSync(file), MOST_BYTES);
		return text === null ? null : { text, document: parseConfig(text, host, file) };
	} catch {
		return null;
	}
}
