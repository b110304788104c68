import { launchHolds } from "../entry-texts.ts";
import type { Rule } from "../finding.ts";
import { programName } from "../program-name.ts";
import { type CommandLine, readLaunch } from "../supply/command-line.ts";
import { onWord } from "../supply/complain.ts";
import { containerRun, NAMES_ENGINE } from "../supply/container-run.ts";
import type { Word } from "../supply/word.ts";

export const runsAsRoot: Rule = {
	id: "runs-as-root",
	title: "Server with the rights of an administrator",
	help: "The server, and through it the model, can change anything on this machine. Start it as yourself.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A server that is started by `sudo`, `doas`, `pkexec`, `gsudo` or `runas` as root or an administrator. As information: a container whose user is root by its own option.",
		matters:
			"Every mistake and every misled call then has the whole machine in reach, the settings of the system and other people's files included. A server that asks for a password at its start does not start under most hosts at all.",
		remedy:
			"Start it as yourself. Where one thing needs more rights, give that to a group or to a small helper. For a container name an ordinary user: `--user 1000:1000`.",
		example: {
			before: '"disks": { "command": "sudo", "args": ["node", "/opt/disks/server.js"] }',
			after: '"disks": { "command": "node", "args": ["/opt/disks/server.js"] }',
		},
	},
	only: "stdio",
	mayConcern: launchHolds(["sudo", "doas", "pkexec", "runas", ...NAMES_ENGINE]),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		for (const line of readLaunch(server).lines) {
			const elevated = elevation(line);
			if (elevated !== null) {
				const message = "This server runs with the rights of an administrator. Start it as yourself.";
				yield onWord({ id: "runs-as-root", severity: "warning" }, server, document, elevated, message);
			}
			for (const { name, value, word } of containerRun(line)?.options ?? []) {
				if (name !== "user" || !/^(?:root|0)(?::|$)/.test(value)) continue;
				const message = "The container runs as root. Name an ordinary user, such as 1000:1000.";
				yield onWord({ id: "runs-as-root", severity: "info" }, server, document, word, message);
			}
		}
	},
};

/** The word that raises the rights; null where none does, or where it lowers them. */
function elevation({ program, words, prefixes }: CommandLine): Word | null {
	const all = prefixes.length > 0 ? prefixes : words;
	if (program === "runas") return words.some(({ text }) => /^\/user:(?:[^\s\\]*\\)?administrator$/i.test(text)) ? (words[0] ?? null) : null;
	for (const [i, word] of all.entries()) {
		if (!/^(?:sudo|doas|pkexec|gsudo)$/.test(programName(word.text))) continue;
		const flag = all.findIndex(({ text }, at) => at > i && /^(?:-u|--user)$/.test(text));
		const user =
			flag < 0
				? all.find(({ text }, at) => at > i && /^(?:--user=|-u.)/.test(text))?.text.replace(/^(?:--user=|-u)/, "")
				: all[flag + 1]?.text;
		return user === undefined || /^(?:root|#0)$/.test(user) ? word : null;
	}
	return null;
}
