import type { ServerEntry, Setting } from "../../config/server.ts";
import { newFinding, type Rule } from "../finding.ts";

export const nativeSandbox: Rule = {
	id: "native-sandbox",
	title: "Sandbox whose tools are called without asking",
	help: "VS Code calls every tool of a server in its sandbox without asking anybody, and that sandbox can read your files. Launch it through Sallyport instead.",
	defaultSeverity: "info",
	documentation: {
		finds: "A server of VS Code with `sandboxEnabled: true`.",
		matters:
			"VS Code takes the sandbox for protection enough and approves each call of the server's tools by itself. By default that sandbox may read the whole home folder; only writing and the network are limited.",
		remedy:
			"Launch the server through Sallyport, whose sandbox sees nothing but what you granted and does not change who approves calls. Or keep it, and name what it must not read under `sandbox.filesystem.denyRead`.",
		example: {
			before: '"notes": { "command": "npx", "args": ["-y", "notes-server@1.0.3"], "sandboxEnabled": true }',
			after: '"notes": { "command": "npx", "args": ["-y", "notes-server@1.0.3"] }',
		},
	},
	mayConcern: (_, { settings }, { host }) => host === "vscode" && settings.length > 0,
	*checkServer(server, document) {
		if (document.host !== "vscode") return;
		for (const setting of server.settings) {
			if (!isEnabled(server, setting)) continue;
			yield newFinding({
				ruleId: "native-sandbox",
				severity: "info",
				server: server.name.value,
				keyPath: setting.keyPath,
				span: setting.value.span,
				message:
					"In this sandbox every tool is called without asking, and your files can be read. Launch the server through Sallyport instead.",
			});
		}
	},
};

function isEnabled(server: ServerEntry, { keyPath, key, kind, value }: Setting): boolean {
	return keyPath.length === server.keyPath.length + 1 && key?.value === "sandboxEnabled" && kind === "boolean" && value.value === "true";
}
