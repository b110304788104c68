import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import type { ConfigDocument } from "../../core/config/server.ts";
import type { FileFacts } from "../../core/rules/facts.ts";
import type { AnalysisContext } from "../../core/rules/finding.ts";
import type { CredentialPlace, Surroundings } from "../../core/rules/surroundings.ts";
import { surroundingsOf } from "../../platform/file-facts.ts";
import type { Services } from "../services.ts";

/** A config file as it is now. `document.file` is its `shownName`. */
export interface SeenFile {
	readonly uri: vscode.Uri;
	/** Absolute. */
	readonly path: string;
	readonly document: ConfigDocument;
}

/**
 * What is known beyond the text of a config file: the other files of the window and of the person, what the disk and git say of it, what
 * is set in the environment, and which references stand for nothing. It is told, and looks at nothing by itself. In a workspace that is not
 * trusted it knows nothing.
 */
export class Around implements vscode.Disposable {
	readonly #services: Services;
	readonly #changed = new vscode.EventEmitter<void>();
	/** The findings of some file may be other ones now: see `versionOf`. */
	readonly onDidChange = this.#changed.event;
	/** By shown name. */
	#seen: ReadonlyMap<string, SeenFile> = new Map();
	#surroundings: Surroundings | null = null;
	readonly #facts = new Map<string, FileFacts>();
	#missing: ReadonlySet<string> | null = null;
	readonly #environment: ReadonlySet<string>;
	readonly #versions = new Map<string, number>();
	#version = 0;

	constructor(services: Services) {
		this.#services = services;
		this.#environment = new Set(Object.keys(services.env));
	}

	/** What rules may know besides the document of this name. */
	contextOf(file: string): Pick<AnalysisContext, "now" | "file" | "surroundings" | "environment" | "missingReferences"> {
		const now = Math.floor(Date.now() / 1000);
		if (!this.#services.trusted) return { now };
		const facts = this.#facts.get(file);
		// Of a file that is not among them it would be said that it stands beside itself.
		const surroundings = this.#seen.has(file) ? this.#surroundings : null;
		return {
			now,
			environment: this.#environment,
			...(facts === undefined ? {} : { file: facts }),
			...(surroundings === null ? {} : { surroundings }),
			...(this.#missing === null ? {} : { missingReferences: this.#missing }),
		};
	}

	/** Grows with whatever changes `contextOf` this file, but for the time. */
	versionOf(file: string): number {
		return this.#versions.get(file) ?? this.#version;
	}

	/** The file that calls itself so. */
	seen(file: string): SeenFile | null {
		return this.#seen.get(file) ?? null;
	}

	/** Where else than in the document the very same credential stands; empty for a document that is not among the files that were seen. */
	placesOf(credential: string, document: ConfigDocument): readonly CredentialPlace[] {
		return this.contextOf(document.file).surroundings?.placesOf(credential, document) ?? [];
	}

	/** These are all files that there are, as they are now. */
	see(files: readonly SeenFile[]): void {
		const seen = this.#services.trusted ? new Map(files.map((file) => [file.document.file, file])) : new Map<string, SeenFile>();
		const changed = [...new Set([...seen.keys(), ...this.#seen.keys()])].filter(
			(name) => seen.get(name)?.document !== this.#seen.get(name)?.document,
		);
		if (changed.length === 0) return;
		const [only] = changed.length === 1 && this.#seen.size === seen.size ? changed : [];
		this.#seen = seen;
		this.#surroundings = surroundingsOf([...seen.values()], { home: this.#services.userHome, env: this.#services.env });
		// Nothing is new for the one that changed alone: it is judged by the others.
		this.#advance((name) => name !== only);
	}

	/** What the disk and git say of files, by shown name; of all others nothing is known. */
	learn(facts: ReadonlyMap<string, FileFacts>): void {
		const changed = [...new Set([...facts.keys(), ...this.#facts.keys()])].filter(
			(name) => !isDeepStrictEqual(facts.get(name), this.#facts.get(name)),
		);
		if (changed.length === 0) return;
		this.#facts.clear();
		for (const [name, fact] of facts) this.#facts.set(name, fact);
		const names = new Set(changed);
		this.#advance((name) => names.has(name));
	}

	/** Which references were looked up and stand for nothing. */
	miss(references: ReadonlySet<string>): void {
		if (this.#missing !== null && isDeepStrictEqual(references, this.#missing)) return;
		const isNothingNew = this.#missing === null && references.size === 0;
		this.#missing = references;
		if (!isNothingNew) this.#advance(() => true);
	}

	dispose(): void {
		this.#changed.dispose();
	}

	#advance(concerns: (file: string) => boolean): void {
		const before = this.#version++;
		for (const name of new Set([...this.#seen.keys(), ...this.#facts.keys(), ...this.#versions.keys()]))
			this.#versions.set(name, concerns(name) ? this.#version : (this.#versions.get(name) ?? before));
		this.#changed.fire();
	}
}
