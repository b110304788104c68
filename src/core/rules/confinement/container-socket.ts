import type { Rule } from "../finding.ts";
import { newFinding } from "../finding.ts";
import { readLaunch } from "../supply/command-line.ts";
import { onWord } from "../supply/complain.ts";
import { containerRun } from "../supply/container-run.ts";
import { setVariables } from "../supply/steering.ts";
import { hostSide } from "./mounts.ts";

export const containerSocket: Rule = {
	id: "container-socket",
	title: "Control over the container engine",
	help: "Whoever may speak to the engine may start a container with the whole disk, and so is root on this machine. Take the socket away.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A container that is given the engine's socket (`docker.sock`, `podman.sock`, `containerd.sock`, the pipe of Docker Desktop), and `DOCKER_HOST` with an address that is reached without TLS.",
		matters:
			"The engine does as root whatever it is told, a container with `/` in it included. The walls around this one are gone; over an address without TLS, anybody on the network can do the same.",
		remedy:
			"Remove the mount. Where the server has to look at containers, put a proxy in front of the socket that lets through only what it reads, or use `DOCKER_HOST=ssh://…` to a machine that is there for it.",
		example: {
			before: '"args": ["run", "-i", "--rm", "-v", "/var/run/docker.sock:/var/run/docker.sock", "example/docker-mcp:1.2.0"]',
			after: '"args": ["run", "-i", "--rm", "example/docker-mcp:1.2.0"]',
		},
	},
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		for (const line of readLaunch(server).lines) {
			for (const option of containerRun(line)?.options ?? []) {
				const path = hostSide(option);
				if (path === null || !SOCKET.test(path)) continue;
				const message = "The container controls the engine, and with it this machine as root. Remove the socket.";
				yield onWord({ id: "container-socket", severity: "warning" }, server, document, option.word, message);
			}
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
				message: "The engine is reached without TLS: anybody on the way controls that machine. Use ssh:// or TLS.",
			});
		}
	},
};

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
