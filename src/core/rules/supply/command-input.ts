import type { ConfigDocument } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { newFinding, type Rule } from "../finding.ts";
import { onWord } from "./complain.ts";
import { wholeWord } from "./word.ts";

export const commandInput: Rule = {
	id: "command-input",
	title: "Input that an extension's command answers",
	help: "To start the server the editor runs a command of some extension, with arguments from this file. Ask the person instead.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"An input of type `command`: as a warning where its command does something by itself in the editor, such as writing into a terminal or running a task; as information where its answer becomes a part of a server's launch line.",
		matters:
			"Any command of the editor and of its extensions can be named, with any arguments: a file of a repository can have a line typed into a terminal when a server starts. And whatever the command answers becomes a program or an argument that nobody saw before.",
		remedy: "Use an input of type `promptString` or `pickString`, or write the value. For a credential use a secret reference.",
		example: {
			before: '{ "id": "folder", "type": "command", "command": "some-extension.pickFolder" }',
			after: '{ "id": "folder", "type": "promptString", "description": "Folder to serve" }',
		},
	},
	mayConcernFile: ({ settings }) => settings.some(({ keyPath }) => isInput(keyPath)),
	*checkDocument(document) {
		for (const { keyPath, key, value } of document.settings) {
			if (key?.value !== "command" || !isInput(keyPath) || !ACTS.test(value.value)) continue;
			yield newFinding({
				ruleId: "command-input",
				severity: "warning",
				server: null,
				keyPath,
				span: value.span,
				message: "Starting a server runs this command of the editor, with arguments from the file. Ask with promptString instead.",
			});
		}
		const commands = commandInputs(document);
		if (commands.size === 0) return;
		for (const server of document.servers) {
			if (server.kind !== "stdio") continue;
			const launch = launchOf(server);
			for (const word of [launch.command, ...launch.args]) {
				const used = [...word.value.matchAll(/\$\{input:([^{}]{1,200})\}/g)].some(([, id]) => commands.has(id ?? ""));
				if (!used) continue;
				const message =
					"What an extension's command answers becomes a part of this launch line. Ask the person instead, or write the value.";
				yield onWord({ id: "command-input", severity: "info" }, server, document, wholeWord(word), message);
			}
		}
	},
};

/** Commands that do something in the editor or on the machine, whatever they answer. */
const ACTS =
	/^(?:workbench\.action\.(?:terminal\.(?:sendSequence|runSelectedText|newWithProfile|newInActiveWorkspace)|tasks\.(?:runTask|build|test)|debug\.(?:start|run)|files\.(?:save|saveAll)|openSettingsJson|quit|reloadWindow)|vscode\.(?:open|openFolder|openWith)|workbench\.extensions\.(?:installExtension|uninstallExtension|action\.installVSIX)|extension\.open|code-runner\.run|python\.execInTerminal|jupyter\.runcurrentcell)$/;

function isInput(keyPath: readonly (string | number)[]): boolean {
	return keyPath.at(-3) === "inputs" && typeof keyPath.at(-2) === "number";
}

/** The ids of the inputs whose answer a command gives. */
function commandInputs(document: ConfigDocument): ReadonlySet<string> {
	const types = new Map<string, boolean>();
	const ids = new Map<string, string>();
	for (const { keyPath, key, value } of document.settings) {
		if (!isInput(keyPath)) continue;
		const at = keyPath.slice(0, -1).join("\0");
		if (key?.value === "id") ids.set(at, value.value);
		else if (key?.value === "type") types.set(at, value.value === "command");
	}
	return new Set([...ids].flatMap(([at, id]) => (types.get(at) === true ? [id] : [])));
}
