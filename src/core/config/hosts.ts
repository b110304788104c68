import { AGENTS } from "./hosts/agents.ts";
import { ANTHROPIC } from "./hosts/anthropic.ts";
import { EDITORS } from "./hosts/editors.ts";
import type { Host } from "./hosts/host.ts";
import { HOST_IDS, type HostId } from "./hosts/ids.ts";
import { MICROSOFT } from "./hosts/microsoft.ts";

export type { DangerousSwitch, Format, Host, Platform, VariableSyntax } from "./hosts/host.ts";
export { HOST_IDS, type HostId } from "./hosts/ids.ts";

const ROWS: ReadonlyMap<HostId, Host> = new Map([...MICROSOFT, ...ANTHROPIC, ...EDITORS, ...AGENTS].map((row) => [row.id, row]));

/** Every host that is known, by its id. */
export const HOSTS: Readonly<Record<HostId, Host>> = Object.fromEntries(HOST_IDS.map((id) => [id, rowOf(id)])) as Record<HostId, Host>;

function rowOf(id: HostId): Host {
	const row = ROWS.get(id);
	if (row === undefined) throw new Error(`no row for ${id}`);
	return row;
}

/** The host whose file this is, by the end of its path (`/` or `\` between segments); null when no host reads a file that is named so. */
export function matchHost(path: string): HostId | null {
	const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1).toLowerCase();
	const shapes = BY_NAME.get(name) ?? OF_MANY_NAMES;
	if (shapes.length === 0) return null;
	const segments = path.toLowerCase().split(/[/\\]/);
	return shapes.find(({ shape }) => endsWithShape(segments, shape))?.id ?? null;
}

/** True for the name of a folder in which some host looks for its file: `.vscode`, or `settings`, which is one of Kiro's. */
export function isHostFolder(name: string): boolean {
	return FOLDERS.has(name.toLowerCase());
}

const FOLDERS: ReadonlySet<string> = new Set(
	HOST_IDS.flatMap((id) => HOSTS[id].workspaceFiles.flatMap((file) => file.toLowerCase().split("/").slice(0, -1))).filter(
		(part) => !part.includes("*"),
	),
);

/**
 * Of a file that travels with a workspace, the folder that it belongs to: what stands in front of one of its host's `workspaceFiles`,
 * without the separator. Null: it is called otherwise. Case counts.
 *
 * @param path with `/` between segments
 */
export function workspacePart(path: string, host: HostId): string | null {
	const segments = path.split("/");
	for (const shape of WORKSPACE_SHAPES[host] ?? []) {
		if (endsWithShape(segments, shape)) return segments.slice(0, segments.length - shape.length).join("/");
	}
	return null;
}

/** The parts of a path's end, each a name, or the texts around its `*`. */
type Shape = readonly (string | readonly [start: string, end: string])[];

function shapeOf(text: string): Shape {
	return text.split("/").map((part) => {
		const at = part.indexOf("*");
		return at < 0 ? part : [part.slice(0, at), part.slice(at + 1)];
	});
}

const WORKSPACE_SHAPES: Readonly<Record<string, readonly Shape[]>> = Object.fromEntries(
	HOST_IDS.map((id) => [id, HOSTS[id].workspaceFiles.map(shapeOf)]),
);

/** In the order in which they are tried. */
const SHAPES: readonly { readonly id: HostId; readonly shape: Shape }[] = HOST_IDS.flatMap((id) =>
	HOSTS[id].shapes.map((shape) => ({ id, shape: shapeOf(shape.toLowerCase()) })),
);

/** Those whose last part leaves room for several names. */
const OF_MANY_NAMES = SHAPES.filter(({ shape }) => typeof shape.at(-1) !== "string");

/** By the last part of a path: those that it may have, in the order in which they are tried. Most names of files are not in here. */
const BY_NAME: ReadonlyMap<string, typeof SHAPES> = new Map(
	SHAPES.flatMap(({ shape }) => {
		const name = shape.at(-1);
		return typeof name === "string" ? [[name, SHAPES.filter((each) => isPart(name, each.shape.at(-1) ?? ""))]] : [];
	}),
);

function endsWithShape(segments: readonly string[], shape: Shape): boolean {
	const from = segments.length - shape.length;
	return from >= 0 && shape.every((part, i) => isPart(segments[from + i] ?? "", part));
}

function isPart(segment: string, part: Shape[number]): boolean {
	if (typeof part === "string") return segment === part;
	const [start, end] = part;
	return segment.length > start.length + end.length && segment.startsWith(start) && segment.endsWith(end);
}
