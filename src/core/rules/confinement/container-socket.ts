import { entryHolds } from "../entry-texts.ts";
import type { Rule } from "../finding.ts";
import { newFinding } from "../finding.ts";
import { type CommandLine, readLaunch } from "../supply/command-line.ts";
import { onWord } from "../supply/complain.ts";
import { type ContainerOption, containerRun, NAMES_ENGINE } from "../supply/container-run.ts";
import { setVariables } from "../supply/steering.ts";
import { partOfWord, type Word } from "../supply/word.ts";
import { hostSide } from "./mounts.ts";
import { plainPath } from "./plain-path.ts";

export const containerSocket: Rule = {
	id: "container-socket",
	title: "Control over the container engine",
	help: "Whoever may speak to the engine may start a container with the whole disk, and so is root on this machine. Take the socket away.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A container that is given the engine's socket (`docker.sock`, `podman.sock`, `containerd.sock`, the pipe of Docker Desktop, `--use-api-socket`) or a folder in which it lies (`/var/run`), and an engine that is reached over the network without TLS (`DOCKER_HOST`, `docker -H`).",
		matters:
			"The engine does as root whatever it is told, a container with `/` in it included. The walls around this one are gone; over an address without TLS, anybody on the network can do the same.",
		remedy:
			"Remove the mount. Where the server has to look at containers, put a proxy in front of the socket that lets through only what it reads, or use `DOCKER_HOST=ssh://…` to a machine that is there for it.",
		example: {
			before: '"args": ["run", "-i", "--rm", "-v", "/var/run/docker.sock:/var/run/docker.sock", "example/docker-mcp:1.2.0"]',
			after: '"args": ["run", "-i", "--rm", "example/docker-mcp:1.2.0"]',
		},
	},
	only: "stdio",
	mayConcern: entryHolds({ launch: NAMES_ENGINE, names: ["DOCKER_HOST"], values: null }),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		for (const line of readLaunch(server).lines) {
			for (const option of containerRun(line)?.options ?? []) {
				const message = reach(option);
				if (message !== null) yield onWord({ id: "container-socket", severity: "warning" }, server, document, option.word, message);
			}
			const address = engineAddress(line);
			if (address !== null && isOpen(address.text))
				yield onWord({ id: "container-socket", severity: "warning" }, server, document, address, WITHOUT_TLS);
		}
		const variables = setVariables(server, document);
		const secured = variables.some(({ name, value }) => name === "DOCKER_TLS_VERIFY" && value !== "" && value !== "0");
		for (const { name, value, span, keyPath } of variables) {
			if (name !== "DOCKER_HOST" || secured || !isOpen(value)) continue;
			yield newFinding({
				ruleId: "container-socket",
				severity: "warning",
				server: server.name.value,
				keyPath,
				span,
				message: WITHOUT_TLS,
			});
		}
	},
};

const WITHOUT_TLS = "The engine is reached without TLS: anybody on the way controls that machine. Use ssh:// or TLS.";

/** What an option hands over of the engine, as a message; null: nothing. */
function reach(option: ContainerOption): string | null {
	if (option.name === "use-api-socket")
		return /^(?:false|0)$/i.test(option.value)
			? null
			: "The container controls the engine, and with it this machine as root. Remove this option.";
	const path = plainPath(hostSide(option) ?? "");
	if (SOCKET.test(path)) return "The container controls the engine, and with it this machine as root. Remove the socket.";
	return HOLDS_SOCKET.test(path)
		? "The engine's socket lies in this folder: the container controls the engine, and with it this machine as root. Name what it needs of it."
		: null;
}

const HOLDS_SOCKET =
	/^(?:\/var)?\/run(?:\/(?:docker|podman|containerd|crio))?$|^\/run\/user\/[^/]+(?:\/podman|\/docker)?$|\/\.(?:docker\/(?:run|desktop)|colima\/\w+|rd|orbstack\/run)$/i;

/** Where another engine is, as `docker -H ADDRESS run` says it; null: nowhere, or over TLS. */
function engineAddress({ program, words }: CommandLine): Word | null {
	if (!/^(?:docker|podman|nerdctl|docker-compose)$/.test(program)) return null;
	let found: Word | null = null;
	for (let i = 1; i < words.length; i++) {
		const word = words[i];
		if (word === undefined || !word.text.startsWith("-") || /^--tls(?:verify)?(?:=true)?$/.test(word.text)) {
			return word?.text.startsWith("--tls") ? null : found;
		}
		const glued = /^(?:-H=?|--(?:host|url)=)(?=.)/.exec(word.text)?.[0].length;
		if (glued !== undefined) found = partOfWord(word, glued, word.text.length);
		else if (/^(?:-H|--host|--url)$/.test(word.text)) found = words[++i] ?? null;
		else if (/^(?:-c|-l|--context|--config|--log-level|--connection)$/.test(word.text)) i++;
	}
	return found;
}

const SOCKET =
	/(?:^|[\\/])(?:docker\.sock(?:\.raw)?|podman\.sock|containerd\.sock|crio\.sock|docker-cli\.sock)$|(?:^|[\\/])pipe[\\/](?:docker_engine\w*|podman-machine-default)$/i;

function isOpen(address: string): boolean {
	const match = /^(?:tcp|http):\/\/(\[[^\]]*\]|[^:/]+)(?::(\d+))?/i.exec(address);
	if (match === null) return false;
	return (
		match[2] !== "2376" &&
		!/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|host\.docker\.internal)$/i.test(match[1] ?? "") &&
		!address.includes("${")
	);
}
