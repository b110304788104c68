import { openCredentials } from "../credentials.ts";
import { type Finding, newFinding, type Rule } from "../finding.ts";

export const credentialInGit: Rule = {
	id: "credential-in-git",
	title: "Secret in a file that git keeps",
	help: "Every clone has it, and its history keeps it after it is taken out. Rotate it first, then take it out.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A plaintext credential in a file that git tracks. For information, a file whose earlier committed versions hold credentials that are not in it any more. A file that git ignores, or does not know, is left alone.",
		matters:
			"What was committed is in every clone, fork and backup, and in the caches of the host of the repository. Taking it out of the file, or rewriting the history, calls none of them back.",
		remedy:
			"Have the provider issue a new credential, and revoke the old one: that alone ends it. Then move the new one into the keychain with `sallyport fix`, and commit the file with the reference. A rewritten history is of use only after that.",
		example: {
			before: '"env": { "GITHUB_TOKEN": "ghp_…" }',
			after: '"env": { "GITHUB_TOKEN": "keychain://github/GITHUB_TOKEN" }',
		},
	},
	knowsEnough: ({ file }) => (file?.git ?? null) !== null,
	mayConcernFile: (_, { file }) => file !== undefined && file.git !== null,
	*checkDocument(document, context) {
		const git = context.file?.git ?? null;
		if (git === null) return;
		const [first, ...others] = openCredentials(document, context);
		if (git.tracked && first !== undefined) yield tracked(first, others);
		const gone = git.history?.gone ?? 0;
		if (gone > 0)
			yield newFinding({
				ruleId: "credential-in-git",
				severity: "info",
				server: null,
				keyPath: ["history"],
				span: { offset: 0, length: 0 },
				message: `Earlier versions of this file in git hold ${gone === 1 ? "a credential that is" : `${gone} credentials that are`} not in it any more. What has not been rotated since still works.`,
			});
	},
};

const MOST = 10;

function tracked(first: Finding, others: readonly Finding[]): Finding {
	const count = others.length + 1;
	return newFinding({
		ruleId: "credential-in-git",
		severity: "warning",
		server: first.server,
		keyPath: first.keyPath,
		span: first.span,
		message: `Git tracks this file, and ${count === 1 ? "a credential stands" : `${count} credentials stand`} in it. What was committed stays in the history: rotate before you take ${count === 1 ? "it" : "them"} out.`,
		related: others.slice(0, MOST).map(({ span }) => ({ span, message: "A credential stands here, too." })),
	});
}
