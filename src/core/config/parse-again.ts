import { type Span, slice, splitBom } from "../text.ts";
import { HOSTS } from "./hosts.ts";
import { Mover } from "./moved.ts";
import { MAX_CONFIG_LENGTH, parseConfig } from "./parse.ts";
import type { ConfigDocument, ConfigProblem, ServerEntry } from "./server.ts";

/**
 * Reads the next version of a file, as `parseConfig` would. Where the versions differ within one entry of a well-formed JSON file, that
 * entry alone is read, and what stands behind it moves: whoever types in one of a thousand entries does not have the others read again.
 */
export function parseAgain(before: ConfigDocument, raw: string): ConfigDocument {
	return withinOneEntry(before, raw) ?? parseConfig(raw, before.host, before.file);
}

/** Null: more than one entry changed, or more may depend on it than itself. */
function withinOneEntry(before: ConfigDocument, raw: string): ConfigDocument | null {
	const { bom, text } = splitBom(raw);
	if (before.format !== "json" || bom !== before.bom || text.length > MAX_CONFIG_LENGTH) return null;
	// Entries that stand over one another are read together.
	if (HOSTS[before.host].roots.some(({ over }) => over !== undefined)) return null;
	const changed = changedPart(before.text, text);
	const index = before.servers.findIndex(({ span }) => changed.start > span.offset && changed.end < endOf(span));
	const server = before.servers[index];
	if (server === undefined || !canStandAlone(before, server)) return null;

	const by = text.length - before.text.length;
	const entry: Span = { offset: server.span.offset, length: server.span.length + by };
	const head = server.keyPath.map((key) => `{${JSON.stringify(key)}:`).join("");
	const alone = parseConfig(head + slice(text, entry) + "}".repeat(server.keyPath.length), before.host, before.file);
	const [read, ...others] = alone.servers;
	if (read === undefined || others.length > 0 || alone.problems.length > 0) return null;
	const isWhole = read.span.offset === head.length && read.span.length === entry.length;
	if (!isWhole || read.project !== server.project || !read.keyPath.every((key, i) => key === server.keyPath[i])) return null;

	const here = new Mover(entry.offset - head.length);
	const behind = new Mover(by);
	const end = endOf(server.span);
	/** In the place of those in the entry, the ones that are there now. */
	const spliced = <T>(all: readonly T[], now: readonly T[], offsetOf: (item: T) => number, move: (mover: Mover, item: T) => T): T[] => [
		...all.filter((item) => offsetOf(item) < entry.offset),
		...now.map((item) => move(here, item)),
		...all.filter((item) => offsetOf(item) >= end).map((item) => move(behind, item)),
	];
	return {
		...before,
		text,
		servers: before.servers.map((each, i) => {
			if (i === index) return { ...here.server(read), name: server.name };
			return each.span.offset < entry.offset ? each : behind.server(each);
		}),
		rootKeys: before.rootKeys.map((key) => (key.span.offset < entry.offset ? key : behind.located(key))),
		settings: spliced(
			before.settings,
			alone.settings,
			({ value }) => value.outer.offset,
			(mover, setting) => mover.setting(setting),
		),
		comments: spliced(
			before.comments,
			alone.comments,
			({ offset }) => offset,
			(mover, comment) => mover.span(comment),
		),
		problems: before.problems.map((problem) => behind.problem(problem, end)),
	};
}

/** True when nothing outside of the entry decides how it is read, or stands around it. */
function canStandAlone({ text, problems }: ConfigDocument, { name, span, keyPath, unambiguous }: ServerEntry): boolean {
	if (keyPath.length === 0) return false;
	const isApart = (place: Span): boolean => endOf(place) <= name.outer.offset || place.offset >= endOf(span);
	const isApartFrom = ({ code, span: place, related = [] }: ConfigProblem): boolean =>
		(code === "bad-entry" || code === "duplicate-key") && [place, ...related].every(isApart);
	return unambiguous && text.charAt(span.offset) === "{" && endOf(name.outer) <= span.offset && problems.every(isApartFrom);
}

/** The part of the earlier text that another one stands for in the later. */
function changedPart(before: string, after: string): { readonly start: number; readonly end: number } {
	const most = Math.min(before.length, after.length);
	const start = sharedLength(most, (i, length) => before.startsWith(after.slice(i, i + length), i));
	const shared = sharedLength(most - start, (i, length) =>
		before.endsWith(after.slice(after.length - i - length, after.length - i), before.length - i),
	);
	return { start, end: before.length - shared };
}

/** How many units agree, of at most so many: by blocks first, then by ever smaller ones. */
function sharedLength(most: number, agree: (from: number, length: number) => boolean): number {
	let length = 0;
	for (let block = LARGEST_BLOCK; block >= 1; block >>= 1) while (length + block <= most && agree(length, block)) length += block;
	return length;
}

const LARGEST_BLOCK = 65_536;

function endOf({ offset, length }: Span): number {
	return offset + length;
}
