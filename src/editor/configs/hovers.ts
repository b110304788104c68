import * as vscode from "vscode";
import { type Place, placeAt } from "../../core/config/cursor.ts";
import { spanWithin } from "../../core/config/escapes.ts";
import { formatReference, referencesIn } from "../../core/config/references.ts";
import type { ConfigDocument } from "../../core/config/server.ts";
import { quoted } from "../../core/rules/places.ts";
import type { Span } from "../../core/text.ts";
import { homeToBe } from "../../platform/wrapping.ts";
import { toRange } from "../convert.ts";
import type { Server } from "../servers/model.ts";
import type { Servers } from "../servers/servers.ts";
import type { Services } from "../services.ts";
import type { Configs } from "./configs.ts";
import { credentialHover } from "./credential-hover.ts";
import { vaultName, wrappingIn } from "./fixes/context.ts";
import { hostVariablesIn } from "./host-variables.ts";
import { escaped } from "./markdown.ts";
import { type Resolves, VaultLook } from "./vault-look.ts";

/**
 * Over a secret reference: where the secret is, who may have it, and whether it is there. Over a credential in plain text: what it is, how
 * old, where else it stands, and what to do. Over a host's own variable: what the host makes of it. Never a secret.
 */
export function registerHovers(services: Services, configs: Configs, servers: Servers): vscode.Disposable {
	const look = new VaultLook(services);
	return vscode.languages.registerHoverProvider(configs.selector, {
		async provideHover(document, position) {
			const open = configs.open(document);
			if (open === null) return null;
			const offset = document.offsetAt(position);
			// Judged with what is known of the version before.
			const { document: config } = configs.analysis(open);
			const canMove = services.trusted && wrappingIn({ services, configs }, open, homeToBe(services.homePath)).ok;
			const now = Math.floor(Date.now() / 1000);
			const credential = credentialHover(config, offset, { around: configs.around, now, canMove });
			if (credential !== null) return hover(document, credential.lines, credential.span);
			const place = placeAt(config, offset);
			if (place === null) return null;
			if (place.reference === null) return variableHover(document, config, place, offset, services);
			if (place.reference.reference === null || place.slot === null) return null;
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
			return hover(document, lines, span);
		},
	});
}

function hover(document: vscode.TextDocument, lines: readonly string[], span: Span): vscode.Hover {
	return new vscode.Hover(new vscode.MarkdownString(lines.join("\n\n")), toRange(document, span));
}

function variableHover(
	document: vscode.TextDocument,
	config: ConfigDocument,
	{ value }: Place,
	offset: number,
	{ env }: Services,
): vscode.Hover | null {
	if (value === null) return null;
	for (const { start, end, words } of hostVariablesIn(config, value.value, (name) => env[name] !== undefined)) {
		const span = spanWithin(config.text, value, start, end);
		if (offset >= span.offset && offset <= span.offset + span.length) return hover(document, [escaped(words)], span);
	}
	return null;
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
