// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the hosts' variables
import { HOST_IDS, HOSTS, type Host, type VariableSyntax } from "../../../src/core/config/hosts.ts";

/** docs/hosts.md, made of the rows. */
export function hostsPage(): string {
	const rows = HOST_IDS.map((id) => HOSTS[id]);
	return [
		"# Hosts",
		"The files that Sallyport reads, and what it knows of those who read them. `CONFIG` is the platform's folder for settings: `~/.config` on Linux, `~/Library/Application Support` on macOS, `%APPDATA%` on Windows.",
		"A file counts by the end of its path, wherever it stands. Where other programs have files of the same name (marked *if it holds …*), it must hold what is named there. Any other file can be named: `sallyport scan FILE`; files of JSON that hold servers are also [found by their content](scan.md#files-of-other-names).",
		["| host | files | servers under | comments | references |", "|---|---|---|---|---|", ...rows.map(row)].join("\n"),
		"A reference in another host's words reaches the server as it stands: the host passes it on as text. `—`: the host expands nothing; `?`: not established, so nothing is said of it.",
		"## What hosts decide themselves",
		"Members of an entry by which a host limits or frees tools, and settings that take limits away. They hold in that host alone; a server that starts through Sallyport is limited by its grant in all of them.",
		[
			"| host | only these tools | not these | without asking | dangerous |",
			"|---|---|---|---|---|",
			...rows.filter(decides).map(powers),
		].join("\n"),
	]
		.join("\n\n")
		.concat("\n");
}

function row({ title, format, workspaceFiles, userFiles, shapes, shows, roots, comments, variables }: Host): string {
	const user = [
		...new Set(
			userFiles.map(({ path }) =>
				path
					.replace("{home}", "~")
					.replace("{config}", "CONFIG")
					.replace(/\{env:(\w+)\}/, "$$$1"),
			),
		),
	];
	const named = [...workspaceFiles, ...user];
	const files = (named.length > 0 ? named : shapes).map(code).join(", ") || "any of JSON";
	const condition = shows === null ? "" : ` *if it holds ${shows.map(({ path }) => code(path.join("."))).join(" or ")}*`;
	const under = roots.map(({ path }) => (path.length === 0 ? "the file itself" : code(path.join(".")))).join(", ") || "—";
	return line(title, files + condition, under, format === "json" ? (comments ? "`//`" : "none") : "`#`", REFERENCES[variables]);
}

const REFERENCES: Readonly<Record<VariableSyntax, string>> = {
	vscode: "`${env:X}`, `${input:x}`, `${workspaceFolder}`, `${userHome}`",
	cursor: "`${env:X}`, `${workspaceFolder}`, `${userHome}`",
	"env-colon": "`${env:X}`",
	windsurf: "`${env:X}`, `${file:/path}`",
	shell: "`${X}`, `${X:-default}`",
	braced: "`${X}`",
	gemini: "in the environment alone: `$X`, `${X}`, `%X%`",
	opencode: "`{env:X}`, `{file:path}`",
	continue: "`${{ secrets.X }}`",
	bundle: "`${user_config.x}`, `${__dirname}`",
	none: "—",
	unknown: "?",
};

function decides({ tools, switches }: Host): boolean {
	return switches.length > 0 || Object.values(tools).some((names) => names.length > 0);
}

function powers({ title, tools, switches }: Host): string {
	const set = (key: string, when: readonly string[]): string => code(when.length === 0 ? key : `${key}: ${when.join(", ")}`);
	const dangerous = switches
		.map(({ path, when, does, beside, inWorkspace }) => {
			const together = beside === undefined ? "" : ` with ${set(beside.key, beside.when)}`;
			const own = inWorkspace === undefined ? "" : inWorkspace === "never" ? " (in your own file)" : " (newer versions: in your own file)";
			return `${set(path.join("."), when)}${together} ${does}${own}`;
		})
		.join("; ");
	const names = (all: readonly string[]): string => all.map(code).join(", ") || "—";
	return line(title, names(tools.allow), names(tools.deny), names(tools.unattended), dangerous || "—");
}

function line(...cells: readonly string[]): string {
	return `| ${cells.join(" | ")} |`;
}

function code(text: string): string {
	return `\`${text}\``;
}
