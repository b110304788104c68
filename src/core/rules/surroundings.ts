import type { ConfigDocument, ServerEntry } from "../config/server.ts";
import type { Span } from "../text.ts";
import { credentialsIn, credentialText } from "./credentials.ts";

/** A file that others are compared with. */
export interface Neighbour {
	readonly document: ConfigDocument;
	/** The folder whose file it is (absolute); null: it is the account's own, and counts in every folder. */
	readonly folder: string | null;
}

/** A server of some file. */
export interface NeighbourServer extends Neighbour {
	readonly server: ServerEntry;
}

/** Where a credential stands. */
export interface CredentialPlace {
	readonly document: ConfigDocument;
	/** Null: in no entry. */
	readonly server: string | null;
	readonly span: Span;
}

/**
 * All files that are looked at together. Built once for many documents; each index is made when it is first asked for, in the time
 * that the files take to read. Compares values in memory and hands none out. A document is known by its `file`: the one that is
 * judged may be a later version of the one in here.
 */
export class Surroundings {
	readonly #neighbours: readonly Neighbour[];
	#byFile: ReadonlyMap<string, Neighbour> | null = null;
	#byName: ReadonlyMap<string, readonly NeighbourServer[]> | null = null;
	#byValue: ReadonlyMap<string, readonly CredentialPlace[]> | null = null;

	constructor(neighbours: readonly Neighbour[]) {
		this.#neighbours = neighbours;
	}

	/** The folder of a file that is in here; null for one of the account; undefined for one that is not in here. */
	folderOf(document: ConfigDocument): string | null | undefined {
		this.#byFile ??= new Map(this.#neighbours.map((each) => [each.document.file, each]));
		return this.#byFile.get(document.file)?.folder;
	}

	/**
	 * Servers of exactly this name in other files than the document.
	 *
	 * @param folder whose files are meant; null: the account's own
	 */
	serversNamed(name: string, document: ConfigDocument, folder: string | null): readonly NeighbourServer[] {
		// By folder too: half of all repositories have a server of the same few names.
		this.#byName ??= grouped(
			this.#neighbours.flatMap((each) => each.document.servers.map((server) => ({ ...each, server }))),
			(each) => inFolder(each.server.name.value, each.folder),
		);
		return (this.#byName.get(inFolder(name, folder)) ?? []).filter((other) => other.document.file !== document.file);
	}

	/** Where else than in the document the very same credential stands. */
	placesOf(credential: string, document: ConfigDocument): readonly CredentialPlace[] {
		this.#byValue ??= grouped(
			this.#neighbours.flatMap((each) =>
				credentialsIn(each.document)
					.filter(({ severity }) => severity !== "hint")
					.map(({ span, server }) => ({ document: each.document, server, span })),
			),
			(place) => credentialText(place.document, place.span),
		);
		return (this.#byValue.get(credential) ?? []).filter((other) => other.document.file !== document.file);
	}
}

/** No two give the same: a path holds no zero character. */
function inFolder(name: string, folder: string | null): string {
	return folder === null ? `\0${name}` : `${folder}\0${name}`;
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): ReadonlyMap<string, readonly T[]> {
	const groups = new Map<string, T[]>();
	for (const item of items) {
		const key = keyOf(item);
		const group = groups.get(key);
		if (group === undefined) groups.set(key, [item]);
		else group.push(item);
	}
	return groups;
}
