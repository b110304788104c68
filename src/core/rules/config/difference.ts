import type { ServerEntry, StdioServer } from "../../config/server.ts";
import { launchOf } from "../../config/wrapped.ts";
import { programName } from "../program-name.ts";
import { fetchedPackages } from "../supply/fetched-package.ts";

/** In what two entries of one name differ, the gravest first: another thing altogether, or the same with other settings. */
export type Difference = "kind" | "address" | "package" | "program" | "version" | "variables";

/** What makes it another server, and not the same in another version. */
const OTHER_SERVER: ReadonlySet<Difference> = new Set(["kind", "address", "package", "program"]);

export function isOtherServer(difference: Difference): boolean {
	return OTHER_SERVER.has(difference);
}

/**
 * The gravest difference between two entries that should be the same server; null: none that matters. What hosts write differently (the
 * launcher in front, paths, a variable's syntax) counts as no difference.
 */
export function differenceOf(a: ServerEntry, b: ServerEntry): Difference | null {
	if (a.kind === "http" && b.kind === "http") return sameAddress(a.url.value, b.url.value) ? namesDiffer(a, b) : "address";
	if (a.kind !== "stdio" || b.kind !== "stdio") return bridges(a, b) ? null : "kind";
	const [packages, others] = [packagesOf(a), packagesOf(b)];
	if (packages.length > 0 && others.length > 0) {
		if (packages.map(nameOf).join("\0") !== others.map(nameOf).join("\0")) return "package";
		return packages.join("\0") === others.join("\0") ? namesDiffer(a, b) : "version";
	}
	const [program, other] = [programOf(a), programOf(b)];
	// A program that is installed is mostly called like its package.
	const installed = program ?? other;
	const fetched = packages.length > 0 ? packages : others;
	if (installed !== null && fetched.length > 0 && !fetched.some((each) => isCalledLike(installed, nameOf(each)))) return "program";
	return program === null || other === null || program === other ? namesDiffer(a, b) : "program";
}

function packagesOf(server: StdioServer): readonly string[] {
	return [...fetchedPackages(server)].map(({ text }) => text);
}

/** Without its version: what stands after the `@` that is not the scope's, or before a comparison. */
function nameOf(spec: string): string {
	const at = spec.indexOf("@", 1);
	return (at < 0 ? spec : spec.slice(0, at)).replace(/[=<>~!].*$/s, "").toLowerCase();
}

function isCalledLike(program: string, name: string): boolean {
	const bare = name.slice(name.lastIndexOf("/") + 1);
	return bare.includes(program) || program.includes(bare);
}

/** Programs that start another one, which is what counts. Null: it cannot be told. */
function programOf(server: StdioServer): string | null {
	const program = programName(launchOf(server).command.value);
	return /^(?:cmd|(?:ba|z|fi)?sh|env|sudo|wsl|powershell|pwsh|node|npx|npm|pnpm|bunx?|yarn|deno|python[\d.]*|py|uvx?|pipx|poetry|docker|podman|nerdctl)$/.test(
		program,
	) || /[${}%~]/.test(program)
		? null
		: program;
}

/** A local program that only connects to the same address is the same server. */
function bridges(a: ServerEntry, b: ServerEntry): boolean {
	const [local, remote] = a.kind === "stdio" ? [a, b] : [b, a];
	return local.kind === "stdio" && remote.kind === "http" && local.args.some(({ value }) => sameAddress(value, remote.url.value));
}

function sameAddress(a: string, b: string): boolean {
	// A part that is filled in may be anything.
	const bare = (url: string): string =>
		url
			.replace(/[?#].*$/s, "")
			.replace(/\/+$/, "")
			.toLowerCase();
	return bare(a) === bare(b) || /[${}]/.test(a) || /[${}]/.test(b);
}

function namesDiffer(a: ServerEntry, b: ServerEntry): "variables" | null {
	const names = (server: ServerEntry): string =>
		[...new Set((server.kind === "stdio" ? server.env : server.headers).map(({ name }) => name.value))].sort().join("\0");
	return a.kind === "stdio" && names(a) !== names(b) ? "variables" : null;
}
