import { WORKSPACE } from "./catalogue.ts";
import { PYTHON_SERVERS } from "./python-servers.ts";
import type { NeededProfile, Trial } from "./trial.ts";

/** One server, for people, in one line and what went wrong beneath it. */
export function row(trial: Trial): string {
	const { server, profile, tools, faults } = trial;
	const needs = isEmpty(profile) ? "needs nothing" : `needs ${allowed(profile).join(" ")}`;
	const line = `${faults.length === 0 ? "✓" : "✗"} ${server.name.padEnd(20)} ${bare(trial).padEnd(7)} ${`${tools.reading + tools.other} tools`.padEnd(9)} ${milliseconds(trial).padStart(8)}  ${needs}`;
	return [line, ...faults.map((fault) => `    ${fault}`)].join("\n");
}

/** `docs/servers.md`. */
export function page(trials: readonly Trial[]): string {
	const good = trials.filter(({ faults }) => faults.length === 0).length;
	const needing = trials.filter(({ profile }) => !isEmpty(profile));
	const listed = trials.filter(({ server }) => !("tool" in server.call));
	return `# Servers that were tried

Written by \`npm run servers -- --write\`, which anyone can run: it takes each server from an entry with \`npx\` in a \`.mcp.json\` through
\`fix\` or \`wrap\`, \`tools list\`, \`allow\` and \`tools allow\` to a start by a client behind the launcher, in a throw-away home, with made-up tokens.
Nothing but the npm registry is contacted. ${good} of ${trials.length} ran confined.

| server | without a profile | tools that only read / others | what was called | first answer |
|---|---|---|---|---:|
${trials.map(tableRow).join("\n")}

- *without a profile*: no file, no host and no secret is granted. **works**: what was called answers. **starts**: it starts and lists its tools; what
  was called needs the profile below, or nothing could be called. **no**: it ends before it lists them.
- *tools that only read*: what a tool's name and the server say of it.
- *first answer*: from the start of the launcher to the answer to \`initialize\`, with the profile that it needed; the shortest of four, on a
  machine that had other work to do. \`npm run bench:launch\` compares it with other ways to start.

## Profiles

What each needed, as it stands in a file of \`~/.sallyport/policy/\`, and the command that grants it. Hosts are those that the server asked for by
itself while none was granted: the launcher refused and recorded them, and \`sallyport explain\` told. Other tools of a server may need more.

${needing.map(profileOf).join("\n\n")}

## Unproven

- **The services themselves.** No account is used, so no call reached its service: what is proven is that the server goes through the proxy to
  the host that is named, not that one host is all that every tool needs.
- **Browsers and documents.** ${listed.map(({ server }) => `${server.name} (${"because" in server.call ? server.call.because : ""})`).join(", ")}: started and listed, and not called.
- **Install scripts** are not run. A package whose native part is made or downloaded by such a script (\`sqlite3\` is one) does not start from the
  store; one that brings it as a package of its own, or in its files, does.
- **Servers that ask a service before they list their tools** (\`@stripe/mcp\`, \`@supabase/mcp-server-supabase\`) cannot be listed before they are granted
  its host: \`sallyport allow NAME --egress HOST:443 --secret …\` first.
- **Servers that read a credential file** such as \`~/.kube/config\`: no server may read those, whatever is granted.

## Python servers

${PYTHON_SERVERS}
`;
}

function tableRow(trial: Trial): string {
	const { server, tools } = trial;
	const called = "tool" in server.call ? `\`${server.call.tool}\`${server.call.answers === null ? ", up to the proxy" : ""}` : "–";
	const cells = [`\`${server.package}@${server.version}\``, bare(trial), `${tools.reading} / ${tools.other}`, called, milliseconds(trial)];
	return `| ${cells.join(" | ")} |${trial.faults.length === 0 ? "" : ` **${trial.faults.join("; ").replaceAll("|", "\\|")}**`}`;
}

function bare({ server, withoutProfile, profile }: Trial): string {
	if (withoutProfile !== null) return "no";
	return isEmpty(profile) && "tool" in server.call ? "works" : "starts";
}

function milliseconds({ firstAnswerMs }: Trial): string {
	return firstAnswerMs === null ? "–" : `${Math.round(firstAnswerMs)} ms`;
}

function isEmpty({ read, write, egress, secrets }: NeededProfile): boolean {
	return [read, write, egress, secrets].every((each) => each.length === 0);
}

function profileOf({ server, profile, withoutProfile }: Trial): string {
	const { read, write, egress, secrets } = profile;
	const folders = { ...(read.length > 0 ? { read: read.map(inPolicy) } : {}), ...(write.length > 0 ? { write: write.map(inPolicy) } : {}) };
	const json = {
		...(Object.keys(folders).length > 0 ? { sandbox: folders } : {}),
		...(egress.length > 0 ? { egress } : {}),
		...(secrets.length > 0 ? { secrets: Object.fromEntries(secrets.map((name) => [`env:${name}`, reference(server.name, name)])) } : {}),
	};
	const env = Object.entries(server.env ?? {}).map(([name, value]) => `\`${name}=${value.replace(`${WORKSPACE}/`, "")}\``);
	const args = (server.args ?? []).filter((each) => each.startsWith(WORKSPACE)).map((each) => `\`${each.replace(`${WORKSPACE}/`, "")}\``);
	const why = [
		...(withoutProfile === null ? [] : [`Without it: “${withoutProfile}”`]),
		...(env.length === 0 ? [] : [`With ${env.join(", ")} (the whole path) in its \`env\`.`]),
		...(args.length === 0 ? [] : [`With ${args.join(", ")} (the whole path) as its argument.`]),
	];
	const lines = [`**${server.name}**${why.length === 0 ? "" : `. ${why.join(" ")}`}`, "", "```jsonc", JSON.stringify(json), "```"];
	return [...lines, "```sh", `sallyport allow ${server.name} ${allowed(profile, server.name).join(" ")}`, "```"].join("\n");
}

/** The words of `sallyport allow`. Without a server's name, secrets have no reference. */
function allowed({ read, write, egress, secrets }: NeededProfile, name?: string): readonly string[] {
	return [
		...read.map((each) => `--read ${each}`),
		...write.map((each) => `--write ${each}`),
		...egress.map((each) => `--egress ${each}`),
		...secrets.map((each) => `--secret env:${each}${name === undefined ? "" : `=${reference(name, each)}`}`),
	];
}

function inPolicy(folder: string): string {
	return `\${workspace}/${folder}`;
}

function reference(server: string, variable: string): string {
	return `keychain://${server}/${variable}`;
}
