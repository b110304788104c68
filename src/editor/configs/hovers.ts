import * as vscode from "vscode";
import { placeAt } from "../../core/config/cursor.ts";
import { formatReference, referencesIn } from "../../core/config/references.ts";
import { plain } from "../../core/plain-text.ts";
import { quoted } from "../../core/rules/places.ts";
import { toRange } from "../convert.ts";
import type { Server } from "../servers/model.ts";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";
import type { Configs } from "./configs.ts";
import { vaultName } from "./fixes/context.ts";
import { type Resolves, VaultLook } from "./vault-look.ts";

/** Over a secret reference: where the secret is, who may have it, and whether it is there. Never the secret. */
export function registerHovers(services: Services, configs: Configs, servers: Servers): vscode.Disposable {
	const look = new VaultLook(services);
	return vscode.languages.registerHoverProvider(configs.selector, {
		async provideHover(document, position) {
			const open = configs.open(document);
			const place = open === null ? null : placeAt(configs.parsed(open), document.offsetAt(position));
			if (place?.reference == null || place.reference.reference === null || place.slot === null) return null;
			const { reference, span } = place.reference;
			const [resolves] = await Promise.all([services.trusted ? look.resolves(reference) : null, servers.load()]);
			const text = formatReference(reference);
			const server = place.server === null ? null : servers.at(document.uri, place.server.keyPath);
			const lines = [
				`**Secret in ${vaultName(reference.scheme)}**`,
				...(resolves === null ? [] : [RESOLVES[resolves]]),
				grantLine(server, place.slot, text),
				...usedLine(servers, text, server),
			];
			return new vscode.Hover(new vscode.MarkdownString(lines.join("\n\n")), toRange(document, span));
		},
	});
}

const RESOLVES: Readonly<Record<Resolves, string>> = {
	yes: "It resolves on this machine.",
	no: "Nothing is stored under this name: the server would be refused.",
	unknown: "Whether it resolves cannot be told: the vault does not answer.",
};

function grantLine(server: Server | null, slot: string, reference: string): string {
	const variable = escaped(slot.replace(/^env:/, ""));
	const granted = server?.grant?.secrets.get(slot);
	if (server?.wrapped === false) return "This server does not start through Sallyport, which alone resolves references.";
	if (granted === reference) return `Granted to this server as ${variable}.`;
	return granted === undefined
		? `Not granted to this server as ${variable} yet: it is when you approve the server.`
		: `This server was granted another secret as ${variable}: approve it again.`;
}

/** Where else in the files that are known. */
function usedLine(servers: Servers, reference: string, self: Server | null): readonly string[] {
	const others = servers.files.flatMap((file) =>
		file.servers
			.filter((server) => server.id !== self?.id && uses(server, reference))
			.map((server) => `- ${escaped(quoted(server.name))} in ${escaped(vscode.workspace.asRelativePath(file.uri))}`),
	);
	return others.length === 0 ? [] : [["Also used by", "", ...others.slice(0, MOST), ...(others.length > MOST ? ["- …"] : [])].join("\n")];
}

const MOST = 10;

function uses({ entry }: Server, reference: string): boolean {
	return (
		entry.kind === "stdio" && entry.env.some(({ value }) => referencesIn(value.value).some((each) => formatReference(each) === reference))
	);
}

/** Text from outside, without meaning in Markdown. */
function escaped(text: string): string {
	return new vscode.MarkdownString().appendText(plain(text)).value;
}
