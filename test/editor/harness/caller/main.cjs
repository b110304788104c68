// Stands in the place of a model: calls tools through VS Code's own MCP host. For a file `NAME.call` in the folder
// SALLYPORT_TEST_CALLS, `{ "tool": …, "input": … }`, it waits until that tool is offered and writes `NAME.answer`.
const fs = require("node:fs");
const path = require("node:path");
const vscode = require("vscode");

const EVERY_MS = 100;

exports.activate = ({ subscriptions }) => {
	const folder = process.env.SALLYPORT_TEST_CALLS;
	if (folder === undefined) return;
	const begun = new Set();
	const timer = setInterval(() => {
		for (const file of fs.readdirSync(folder).filter((name) => name.endsWith(".call") && !begun.has(name))) {
			const { tool, input } = JSON.parse(fs.readFileSync(path.join(folder, file), "utf8"));
			// The host puts the server in front of the tool's name.
			const offered = vscode.lm.tools.find(({ name }) => name.startsWith("mcp_") && name.endsWith(`_${tool}`));
			if (offered === undefined) continue;
			begun.add(file);
			void call(offered.name, input).then((answer) => {
				const unfinished = path.join(folder, `${file}.tmp`);
				fs.writeFileSync(unfinished, JSON.stringify(answer));
				fs.renameSync(unfinished, path.join(folder, file.replace(/\.call$/, ".answer")));
			});
		}
	}, EVERY_MS);
	subscriptions.push({ dispose: () => clearInterval(timer) });
};

async function call(name, input) {
	try {
		const { content } = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
		return { text: content.map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : "")).join("") };
	} catch (error) {
		return { error: String(error) };
	}
}
