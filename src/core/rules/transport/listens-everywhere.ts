import type { ConfigDocument, StdioServer } from "../../config/server.ts";
import { slice } from "../../text.ts";
import { entryHolds } from "../entry-texts.ts";
import { type Finding, newFinding, type Rule, type Severity } from "../finding.ts";
import { argumentPaths } from "../places.ts";
import { type CommandLine, readLaunch } from "../supply/command-line.ts";
import { containerRun, NAMES_ENGINE } from "../supply/container-run.ts";
import { partOfWord, type Word, wordSpan } from "../supply/word.ts";
import { valuesOf } from "./server-values.ts";

export const listensEverywhere: Rule = {
	id: "listens-everywhere",
	title: "Server that listens to the whole network",
	help: "Everyone in the same network, and many a web page, can call its tools. Let it listen on 127.0.0.1.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A local server that is told to listen on every network of the machine: `--host 0.0.0.0`, `--bind [::]:8080`; for information, a variable such as `HOST=0.0.0.0`, which it may not use, and a port that a container publishes without an address (`-p 8080:80`). What runs inside of a container has to listen on all of the container's own networks, and is left alone.",
		matters:
			"Few servers ask who is calling. In a café or an office everyone beside you can list your files with its tools, and a page in your browser may reach it, too: several browsers let a page send requests to `0.0.0.0`.",
		remedy:
			"Listen on `127.0.0.1`, and publish ports as `-p 127.0.0.1:8080:80`. A server for several people belongs behind something that asks who they are.",
		example: {
			before: '"args": ["run", "server.py", "--transport", "http", "--host", "0.0.0.0"]',
			after: '"args": ["run", "server.py", "--transport", "http", "--host", "127.0.0.1"]',
		},
	},
	only: "stdio",
	mayConcern: entryHolds({
		launch: ["0.0.0.0", "::", "*", "+", ...NAMES_ENGINE],
		names: null,
		values: ["0.0.0.0", "::", "*", "+"],
	}),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		const { lines } = readLaunch(server);
		const pathOf = argumentPaths(server);
		const containers = lines.map(containerRun).filter((run) => run !== null);
		if (containers.length > 0) {
			for (const { options } of containers)
				for (const { name, value, word } of options) {
					if (name === "publish-all" || (name === "publish" && isPublishedToAll(value)))
						yield at(server, document, word, pathOf(word.argument), "info", PUBLISHED);
				}
			return;
		}
		for (const line of lines)
			for (const word of openAddresses(line)) yield at(server, document, word, pathOf(word.argument), "warning", LISTENS);
		for (const { name, word, variable, keyPath } of valuesOf(server)) {
			if (!variable || name === null) continue;
			const place = BINDING_VARIABLE.test(name) ? everyAddress(word.text) : URL_VARIABLE.test(name) ? everyUrl(word.text) : null;
			if (place !== null) yield at(server, document, partOfWord(word, ...place), keyPath, "info", WOULD_LISTEN);
		}
	},
};

const LISTENS = "This server listens to everyone in the same network, and few servers ask who is calling. Let it listen on 127.0.0.1.";
const WOULD_LISTEN = "Where the server listens, this opens it to everyone in the same network. Use 127.0.0.1.";
const PUBLISHED = "This port is open to everyone in the same network. Publish it on 127.0.0.1 alone.";

function at(
	server: StdioServer,
	document: ConfigDocument,
	word: Word,
	keyPath: Finding["keyPath"],
	severity: Severity,
	message: string,
): Finding {
	const span = wordSpan(document, word);
	return newFinding({
		ruleId: "listens-everywhere",
		severity,
		server: server.name.value,
		keyPath,
		span,
		message,
		fixes: server.unambiguous && onThisMachine(slice(document.text, span)) !== null ? ["listen-locally"] : [],
	});
}

/** An address or a published port with this machine's address in place of every one; null for any other text. */
export function onThisMachine(text: string): string | null {
	if (/^(?:0\.0\.0\.0|::|\[::\]|[*+])$/.test(text)) return "127.0.0.1";
	const ports = /^(?:(?:0\.0\.0\.0|\[::\])?:)?(\d{1,5}(?:-\d{1,5})?:\d{1,5}(?:-\d{1,5})?(?:\/(?:tcp|udp|sctp))?)$/.exec(text)?.[1];
	return ports === undefined ? null : `127.0.0.1:${ports}`;
}

const BINDING_FLAG =
	/^(?:--(?:(?:server|http|mcp|sse|api|web|app|ui)-)?(?:host|hostname|bind|bind-addr|bind-address|bind-host|listen|listen-addr|listen-address|listen-host|ip|interface)|--addr|--address|-b)$/;
/** Whose `--host` is the server that they connect to. */
const CLIENTS = /^(?:psql|mysql|mariadb|mongo|mongosh|redis-cli|curl|wget|ssh|nc|telnet|clickhouse-client|influx)$/;
const BINDING_VARIABLE =
	/^(?:(?:MCP|FASTMCP|SERVER|MCP_SERVER|HTTP|APP|WEB|API|UVICORN|FLASK_RUN|GRADIO_SERVER|FASTAPI|SSE|MCP_HTTP|MCP_SSE)_)?(?:HOST|HOSTNAME|BIND|BIND_ADDR|BIND_ADDRESS|BIND_HOST|LISTEN|LISTEN_ADDR|LISTEN_ADDRESS|LISTEN_HOST|LISTEN_IP|SERVER_NAME|ADDRESS)$/;
const URL_VARIABLE = /^(?:ASPNETCORE_URLS|DOTNET_URLS|KESTREL_URL)$/;

/** The addresses of one line that stand for every network; none where it speaks over stdio. */
function* openAddresses({ program, words }: CommandLine): Iterable<Word> {
	if (CLIENTS.test(program)) return;
	if (
		words.some(
			({ text }, i) =>
				/^--(?:mcp-)?transport=stdio$/.test(text) || (text === "stdio" && /^--(?:mcp-)?transport$/.test(words[i - 1]?.text ?? "")),
		)
	)
		return;
	for (const [i, word] of words.entries()) {
		const equals = word.text.indexOf("=");
		const glued = equals > 0 && equals <= 40 && BINDING_FLAG.test(word.text.slice(0, equals));
		if (!glued && !BINDING_FLAG.test(words[i - 1]?.text ?? "")) continue;
		const start = glued ? equals + 1 : 0;
		const place = everyAddress(word.text.slice(start));
		if (place !== null) yield partOfWord(word, start + place[0], start + place[1]);
	}
}

/** Where the address stands in `0.0.0.0`, `0.0.0.0:8080`, `[::]:8080`; null for any other text. */
function everyAddress(text: string): readonly [number, number] | null {
	const match = /^(?:tcp:\/\/)?(0\.0\.0\.0|::|\[::\]|\*)(?::\d{1,5})?$/.exec(text);
	if (match?.[1] === undefined || (match[1] === "*" && !text.includes(":"))) return null;
	const start = text.indexOf(match[1]);
	return [start, start + match[1].length];
}

/** The same in a list of URLs. */
function everyUrl(text: string): readonly [number, number] | null {
	const match = /^(?:[^;]{0,200};)?https?:\/\/(?=(0\.0\.0\.0|\[::\]|[*+])[:/;]|(0\.0\.0\.0|\[::\]|[*+])$)/.exec(text);
	if (match === null) return null;
	const end = match[0].length + (match[1] ?? match[2] ?? "").length;
	return [match[0].length, end];
}

/** `8080:80`, `0.0.0.0:8080:80`, `8080`; false where an address of this machine stands in front. */
function isPublishedToAll(value: string): boolean {
	const parts = value.replace(/\/(?:tcp|udp|sctp)$/, "").split(":");
	const isPort = (text: string | undefined): boolean => text !== undefined && /^\d{0,5}(?:-\d{1,5})?$/.test(text);
	if (!isPort(parts.at(-1))) return false;
	if (parts.length <= 2) return parts.every(isPort);
	const host = parts.slice(0, -2).join(":");
	return host === "0.0.0.0" || host === "[::]" || host === "";
}
