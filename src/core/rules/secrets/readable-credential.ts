import { openCredentials } from "../credentials.ts";
import { newFinding, type Rule } from "../finding.ts";

export const readableCredential: Rule = {
	id: "readable-credential",
	title: "Secret in a file that other accounts can read",
	help: "Every account of this machine can open the file. Take the rights away: chmod 600.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A plaintext credential in one of your own config files (not in a workspace's) that other accounts of the machine can open: the file's mode lets them, and so do all folders that lead to it. Where only the file's group can, it is information. Not looked at on Windows.",
		matters: "Any other account, the one of a web server or of a guest among them, can take the credential and use it as you.",
		remedy: "`chmod 600 FILE`, and `sallyport fix`, which moves the credential into the keychain.",
		example: {
			before: "-rw-r--r-- 1 ada ada 1204 claude_desktop_config.json",
			after: "-rw------- 1 ada ada 1204 claude_desktop_config.json",
		},
	},
	knowsEnough: ({ file }) => (file?.readers ?? null) !== null,
	mayConcernFile: (_, { file }) => file !== undefined && file.scope === "user",
	*checkDocument(document, context) {
		const { file } = context;
		if (file === undefined || file.scope !== "user" || file.readers === null || file.readers === "nobody") return;
		const [first] = openCredentials(document, context);
		if (first === undefined) return;
		const all = file.readers === "others";
		yield newFinding({
			ruleId: "readable-credential",
			severity: all ? "warning" : "info",
			server: first.server,
			keyPath: first.keyPath,
			span: first.span,
			message: `${all ? "Every account of this machine" : "The group of this file"} can read it, and a credential stands in it. Take the right away: chmod 600.`,
		});
	},
};
