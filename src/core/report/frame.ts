import { HOSTS } from "../config/hosts.ts";
import type { ConfigDocument } from "../config/server.ts";
import { plain } from "../plain-text.ts";
import { credentialSpans } from "../rules/credentials.ts";
import type { Finding } from "../rules/finding.ts";
import { concealed } from "../secrets/conceal.ts";
import { detectSecrets } from "../secrets/detector.ts";
import { mask } from "../secrets/mask.ts";
import { secretNames } from "../secrets/secret-names.ts";
import { LineIndex, type Span, slice } from "../text.ts";
import { stringsAndWords } from "./strings-and-words.ts";

export interface FrameLine {
	readonly number: number;
	readonly text: string;
	/** Where the finding is marked in `text`, counted in UTF-16 units; null on the lines around it. */
	readonly mark: Span | null;
}

interface Stretch {
	readonly start: number;
	readonly end: number;
}

interface Masked extends Stretch {
	/** What is shown instead. */
	readonly text: string;
}

/** Characters of a line that are shown. */
const WIDTH = 110;

/** Characters of a line of which a part may be shown. To know what of it must be masked, all of it is read: a longer one is data. */
const LONGEST_LINE = 16_384;

/** Draws frames of one file. Every credential on a shown line is masked, whichever finding the frame is for. */
export class Framer {
	readonly #text: string;
	readonly #lines: LineIndex;
	readonly #starts: readonly number[];
	readonly #secrets: readonly Stretch[];
	readonly #masked = new Map<number, readonly Masked[]>();

	/** Where the file is the host's configuration; null: everywhere. */
	readonly #quotable: readonly Stretch[] | null;

	constructor(document: ConfigDocument, findings: readonly Finding[]) {
		const { text } = document;
		this.#text = text;
		this.#lines = new LineIndex(text);
		this.#quotable = HOSTS[document.host].holdsState
			? joined(document.servers.map(({ name, span }) => ({ start: name.outer.offset, end: span.offset + span.length })))
			: null;
		this.#starts = lineStarts(text);
		const found = findings.flatMap(({ ruleId, span }) => (ruleId.startsWith("secret-") ? [span] : []));
		const secrets = [...found, ...credentialSpans(document), ...secretNames(document)];
		this.#secrets = joined(secrets.map(({ offset, length }) => ({ start: offset, end: offset + length })));
	}

	/** The line of the finding with one line on either side; lines that are too long for people are left out. */
	frame(span: Span): readonly FrameLine[] {
		const { line } = this.#lines.position(span.offset);
		return [line - 1, line, line + 1]
			.filter((number) => number >= 1 && number <= this.#starts.length && this.#lengthOf(number) <= LONGEST_LINE)
			.map((number) => this.#draw(number, number === line ? span : null))
			.filter(({ text, mark }) => mark !== null || /[^\s…]/.test(text));
	}

	#lengthOf(number: number): number {
		return (this.#starts[number] ?? this.#text.length) - (this.#starts[number - 1] ?? 0);
	}

	#draw(number: number, span: Span | null): FrameLine {
		const start = this.#starts[number - 1] ?? 0;
		const end = this.#starts[number] ?? this.#text.length;
		const pieces: string[] = [];
		const focus = span === null ? null : { start: span.offset - start, end: Math.min(span.offset + span.length, end) - start };
		const line = this.#text.slice(start, end).replace(/[\r\n]{1,2}$/, "");
		// A file on one line may be long, and have a frame for each of its findings.
		const near = { start: Math.max(0, (focus?.start ?? 0) - WIDTH * 2), end: Math.min(line.length, (focus?.start ?? 0) + WIDTH * 2) };
		let at = near.start;
		let mark: { offset: number; length: number } | null = null;
		let drawn = 0;
		const add = (text: string): void => {
			pieces.push(text);
			drawn += text.length;
		};
		// Cut where something begins or ends: a masked stretch, or the marked one.
		const masked = between(this.#maskedOn(number, line, start), near.start, near.end);
		at = Math.min(at, masked[0]?.start ?? at);
		const stop = Math.max(near.end, masked.at(-1)?.end ?? 0);
		for (const stretch of [...masked, { start: stop, end: stop, text: "" }]) {
			for (const cut of [focus?.start, focus?.end, stretch.start]) {
				if (cut === undefined || cut < at || cut > stretch.start) continue;
				add(plain(line.slice(at, cut)));
				at = cut;
				if (cut === focus?.start && mark === null) mark = { offset: drawn, length: 0 };
				if (cut === focus?.end && mark !== null && mark.length === 0) mark.length = drawn - mark.offset;
			}
			if (focus !== null && mark === null && focus.start < stretch.end) mark = { offset: drawn, length: 0 };
			add(stretch.text);
			at = Math.max(at, stretch.end);
			if (focus !== null && mark !== null && mark.length === 0 && focus.end <= at) mark.length = drawn - mark.offset;
		}
		if (mark !== null) mark.length = Math.max(1, mark.length === 0 ? drawn - mark.offset : mark.length);
		return window(number, pieces.join(""), mark, near.start > 0, stop < line.length);
	}

	#maskedOn(number: number, line: string, start: number): readonly Masked[] {
		const known = this.#masked.get(number);
		if (known !== undefined) return known;
		const masked = this.#maskedIn(line, start);
		this.#masked.set(number, masked);
		return masked;
	}

	/** Stretches of a line that are not shown, in order and without overlaps. */
	#maskedIn(line: string, start: number): readonly Masked[] {
		const spans: Stretch[] = [];
		for (const secret of between(this.#secrets, start, start + line.length))
			spans.push({ start: Math.max(0, secret.start - start), end: Math.min(line.length, secret.end - start) });
		// What is not the host's business may stand on the same line.
		for (const { start: from, end: to } of concealed(line)) spans.push({ start: from, end: to });
		for (const span of stringsAndWords(line))
			if (detectSecrets(null, slice(line, span)).length > 0) spans.push({ start: span.offset, end: span.offset + span.length });
		const hidden = this.#hiddenIn(line, start);
		for (const { start: from, end: to } of hidden) spans.push({ start: from, end: to });
		return joined(spans).map((span) => ({
			...span,
			text: between(hidden, span.start, span.end).some(({ start: from }) => from >= span.start)
				? "…"
				: plain(mask(line.slice(span.start, span.end))),
		}));
	}

	/** What a host keeps for itself beside the servers (prompts, keys of its own) is not quoted. */
	#hiddenIn(line: string, start: number): readonly Stretch[] {
		if (this.#quotable === null) return [];
		const hidden: Stretch[] = [];
		let at = 0;
		for (const quotable of between(this.#quotable, start, start + line.length)) {
			const from = Math.max(0, quotable.start - start);
			const to = Math.min(line.length, quotable.end - start);
			if (from > at) hidden.push({ start: at, end: from });
			at = Math.max(at, to);
		}
		if (at < line.length) hidden.push({ start: at, end: line.length });
		return hidden;
	}
}

/** In order, what overlaps as one. */
function joined(stretches: readonly Stretch[]): readonly Stretch[] {
	const found: { start: number; end: number }[] = [];
	for (const { start, end } of stretches.toSorted((a, b) => a.start - b.start)) {
		const last = found.at(-1);
		if (last !== undefined && start < last.end) last.end = Math.max(last.end, end);
		else found.push({ start, end });
	}
	return found;
}

/** Of stretches in order, that do not overlap, those that touch a range; logarithmic in their number. */
function between<T extends Stretch>(stretches: readonly T[], start: number, end: number): readonly T[] {
	let low = 0;
	let high = stretches.length;
	while (low < high) {
		const mid = (low + high) >> 1;
		if ((stretches[mid]?.end ?? 0) <= start) low = mid + 1;
		else high = mid;
	}
	let stop = low;
	while (stop < stretches.length && (stretches[stop]?.start ?? end) < end) stop++;
	return stretches.slice(low, stop);
}

/** Keeps a long line to what surrounds the mark. */
function window(number: number, text: string, mark: Span | null, cutBefore: boolean, cutAfter: boolean): FrameLine {
	if (text.length <= WIDTH && !cutBefore && !cutAfter) return { number, text, mark };
	const from = mark === null ? 0 : Math.max(0, Math.min(mark.offset - 40, text.length - WIDTH));
	const prefix = from > 0 || cutBefore ? "…" : "";
	const suffix = from + WIDTH < text.length || cutAfter ? "…" : "";
	const shown = `${prefix}${text.slice(from, from + WIDTH)}${suffix}`;
	if (mark === null) return { number, text: shown, mark };
	const offset = mark.offset - from + prefix.length;
	return { number, text: shown, mark: { offset, length: Math.max(1, Math.min(mark.length, shown.length - offset)) } };
}

function lineStarts(text: string): readonly number[] {
	const starts = [0];
	for (const match of text.matchAll(/\r\n|\r|\n/g)) starts.push(match.index + match[0].length);
	return starts;
}
