import * as vscode from "vscode";
import { spanWithin } from "../../core/config/escapes.ts";
import type { ConfigDocument, StdioServer } from "../../core/config/server.ts";
import { type FetchedPackage, fetchedPackages } from "../../core/rules/supply/fetched-package.ts";
import { isExactVersion, pinnablePackage } from "../../core/rules/supply/package-version.ts";
import type { Span } from "../../core/text.ts";
import { toRange } from "../convert.ts";
import type { Configs } from "./configs.ts";

/** The editor draws every link of a file. */
const MOST_LINKS = 500;

/**
 * From a package in a launch line to its page at the public registry: who publishes it, and what it says of itself. Nothing else in a
 * config file becomes a link: an address of a server, a path or a reference is anybody's text.
 */
export function registerDocumentLinks(configs: Configs): vscode.Disposable {
	return vscode.languages.registerDocumentLinkProvider(configs.selector, {
		provideDocumentLinks(document) {
			const open = configs.open(document);
			if (open === null) return [];
			return linksIn(configs.parsed(open)).map(({ span, page, name }) => {
				const link = new vscode.DocumentLink(toRange(document, span), vscode.Uri.parse(page, true));
				link.tooltip = `Open the page of ${name}`;
				return link;
			});
		},
	});
}

interface PackageLink {
	readonly span: Span;
	readonly page: string;
	readonly name: string;
}

function linksIn(document: ConfigDocument): readonly PackageLink[] {
	const found: PackageLink[] = [];
	for (const server of document.servers) {
		if (server.kind !== "stdio" || namesRegistry(server)) continue;
		for (const fetched of fetchedPackages(server)) {
			const named = pageOf(fetched);
			if (named === null) continue;
			const end = fetched.start + fetched.text.length;
			found.push({ ...named, span: spanWithin(document.text, fetched.word, fetched.start, end) });
			if (found.length === MOST_LINKS) return found;
		}
	}
	return found;
}

/** The package may come from elsewhere, and the public one of that name be somebody else's. */
function namesRegistry({ args, env }: StdioServer): boolean {
	return (
		args.some(({ value }) => /^--(?:registry|index-url|index|default-index|extra-index-url|find-links|userconfig)(?==|$)/.test(value)) ||
		env.some(({ name }) => /registry|index|find_links/i.test(name.value))
	);
}

/** Null: no registry serves it under this name, or the name is none. */
function pageOf(fetched: FetchedPackage): Pick<PackageLink, "page" | "name"> | null {
	const known = pinnablePackage(fetched);
	if (known === null) return null;
	const { name, range } = known;
	const version = range !== null && isExactVersion(range, fetched.registry) && /^[\w.+!-]+$/.test(range) ? range : null;
	if (fetched.registry === "npm") {
		if (!/^(?:@[a-z\d~-][\w.~-]*\/)?[a-z\d~-][\w.~-]*$/i.test(name)) return null;
		return { name, page: `https://www.npmjs.com/package/${name}${version === null ? "" : `/v/${encodeURIComponent(version)}`}` };
	}
	if (!/^[a-z\d](?:[\w.-]*[a-z\d])?$/i.test(name)) return null;
	return { name, page: `https://pypi.org/project/${name}/${version === null ? "" : `${encodeURIComponent(version)}/`}` };
}
