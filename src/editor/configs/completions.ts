import * as vscode from "vscode";
import { type Place, placeAt } from "../../core/config/cursor.ts";
import { mayTakeReference, replacedByReference } from "../../core/config/reference-typing.ts";
import { formatReference, parseReference } from "../../core/config/references.ts";
import { proposePath } from "../../core/fixes/move-secrets.ts";
import type { VaultScheme } from "../../core/ports.ts";
import { maskDetected } from "../../core/secrets/redact.ts";
import { toRange } from "../convert.ts";
import type { Services } from "../services.ts";
import type { Configs } from "./configs.ts";
import { chosenVault, vaultName } from "./fixes/context.ts";
import { VaultLook } from "./vault-look.ts";

/** In a value of `env`, whole or in double braces: the references that there are secrets for, the best one for this place first. */
export function registerCompletions(services: Services, configs: Configs): vscode.Disposable {
	const look = new VaultLook(services);
	const provider: vscode.CompletionItemProvider = {
		async provideCompletionItems(document, position) {
			// Asked with each key: most are typed where no reference goes, which their line tells.
			const open = services.trusted && mayTakeReference(document.lineAt(position).text, position.character) ? configs.open(document) : null;
			const offset = document.offsetAt(position);
			const place = open === null ? null : placeAt(configs.parsed(open), offset);
			const span = place === null ? null : replacedByReference(place, document.getText(), offset);
			if (place === null || span === null) return [];
			const own = ownPath(place);
			const schemes = look.schemes();
			const lists = await Promise.all(schemes.map((scheme) => look.paths(scheme)));
			const known = schemes.flatMap((scheme, i) => (lists[i] ?? []).map((path) => ({ scheme, path, isStored: true })));
			const proposed =
				own === null || known.some(({ path }) => path === own) ? [] : [{ scheme: chosenVault(), path: own, isStored: false }];
			return [...known, ...proposed].map((entry) => toItem(entry, own, toRange(document, span)));
		},
	};
	return vscode.languages.registerCompletionItemProvider(configs.selector, provider, '"', "/", "{", " ");
}

/** What `fix` would call this secret; null where no reference can be called so. */
function ownPath({ serverName, slot }: Place): string | null {
	if (maskDetected(serverName) !== serverName) return null;
	const path = proposePath(serverName, (slot ?? "").replace(/^env:/, ""));
	return parseReference(formatReference({ scheme: "keychain", path })) === null ? null : path;
}

interface Entry {
	readonly scheme: VaultScheme;
	readonly path: string;
	readonly isStored: boolean;
}

function toItem({ scheme, path, isStored }: Entry, own: string | null, range: vscode.Range): vscode.CompletionItem {
	const item = new vscode.CompletionItem(formatReference({ scheme, path }), vscode.CompletionItemKind.Reference);
	item.range = range;
	item.detail = isStored ? `in ${vaultName(scheme)}` : `not in ${vaultName(scheme)} yet`;
	item.sortText = `${isStored ? rank(path, own) : 1} ${path}`;
	item.preselect = isStored && path === own;
	return item;
}

/** 0: the very place; 2: the same variable; 3: the same server; 4: any other. */
function rank(path: string, own: string | null): number {
	if (own === null) return 4;
	const [server, variable] = own.split("/");
	if (path === own) return 0;
	if (path.endsWith(`/${variable}`)) return 2;
	return path.startsWith(`${server}/`) ? 3 : 4;
}
