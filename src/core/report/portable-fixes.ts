import { HOSTS } from "../config/hosts.ts";
import type { ConfigDocument, ServerEntry } from "../config/server.ts";
import { isTextFix, TEXT_FIXES } from "../fixes/text-fix.ts";
import { wrapEdits } from "../fixes/wrap.ts";
import type { Result } from "../result.ts";
import { credentialSpans } from "../rules/credentials.ts";
import type { Finding } from "../rules/finding.ts";
import { maskDetected } from "../secrets/redact.ts";
import { slice, spanLookup, type TextEdit } from "../text.ts";

/** A fix that anybody can apply with this alone, on any machine. */
export interface PortableFix {
	/** An order to whoever applies it. */
	readonly title: string;
	readonly edits: readonly TextEdit[];
}

/** The fixes of one file's findings that can be told as changes of text. What they insert never holds a credential. */
export class PortableFixes {
	readonly #document: ConfigDocument;
	readonly #servers: ReadonlyMap<string, ServerEntry>;
	/** What a fix that moves text could repeat; null: what stands in no server. */
	readonly #credentials = new Map<ServerEntry | null, string[]>();

	constructor(document: ConfigDocument) {
		this.#document = document;
		this.#servers = new Map(document.servers.map((server) => [JSON.stringify(server.keyPath), server]));
		const serverAt = spanLookup(document.servers);
		for (const span of credentialSpans(document)) {
			const server = serverAt(span.offset);
			const known = this.#credentials.get(server);
			if (known === undefined) this.#credentials.set(server, [slice(document.text, span)]);
			else known.push(slice(document.text, span));
		}
	}

	/** In the order of the finding's `fixes`; empty: only Sallyport itself or a person can mend it. */
	of(finding: Finding): readonly PortableFix[] {
		const server = this.#serverOf(finding);
		const credentials = this.#credentials.get(server) ?? [];
		const found: PortableFix[] = [];
		const add = (title: string, edits: Result<TextEdit[]> | null): void => {
			if (edits?.ok !== true) return;
			const isPublic = ({ text }: TextEdit) => maskDetected(text) === text && !credentials.some((credential) => text.includes(credential));
			if (edits.value.every(isPublic)) found.push({ title, edits: edits.value });
		};
		for (const fix of finding.fixes) {
			if (isTextFix(fix)) add(TEXT_FIXES[fix].title, TEXT_FIXES[fix].edits(this.#document, finding));
			else if (fix === "wrap") add("Launch through Sallyport", this.#wrap(server));
		}
		return found;
	}

	#serverOf({ keyPath }: Finding): ServerEntry | null {
		for (let length = 1; length <= keyPath.length; length++) {
			const server = this.#servers.get(JSON.stringify(keyPath.slice(0, length)));
			if (server !== undefined) return server;
		}
		return null;
	}

	/** Null where the entry must name the launcher by a path of the machine that starts it. */
	#wrap(server: ServerEntry | null): Result<TextEdit[]> | null {
		const { portableLauncher, workspaceVariable } = HOSTS[this.#document.host];
		if (portableLauncher === null || server === null) return null;
		return wrapEdits(this.#document, server, { launcher: portableLauncher, name: server.name.value, workspace: workspaceVariable });
	}
}
