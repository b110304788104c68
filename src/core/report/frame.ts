import type { Finding } from "../rules/finding.ts";
import { detectInText, detectSecrets } from "../secrets/detector.ts";
import { mask } from "../secrets/mask.ts";
import { LineIndex, type Span } from "../text.ts";
import { printable } from "./printable.ts";

export interface FrameLine {
	readonly number: number;
	readonly text: string;
	/** Where the finding is marked in `text`, counted in UTF-16 units; null on the lines around it. */
	readonly mark: Span | null;
}

/** Characters of a line that are shown. */
const WIDTH = 110;

/** Draws frames of one file. Every credential on a shown line is masked, whichever finding the frame is for. */
export class Framer {
	readonly #text: string;
	readonly #lines: LineIndex;
	readonly #starts: readonly number[];
	readonly #secrets: readonly Span[];

	constructor(text: string, findings: readonly Finding[]) {
		this.#text = text;
		this.#lines = new LineIndex(text);
		this.#starts = lineStarts(text);
		this.#secrets = findings.filter(({ ruleId }) => ruleId.startsWith("secret-")).map(({ span }) => span);
	}

	/** The line of the finding with one line on either side. */
	frame(span: Span): readonly FrameLine[] {
		const { line } = this.#lines.position(span.offset);
		return [line - 1, line, line + 1]
			.filter((number) => number >= 1 && number <= this.#starts.length)
			.map((number) => this.#draw(number, number === line ? span : null))
			.filter(({ text, mark }) => mark !== null || text.trim() !== "");
	}

	#draw(number: number, span: Span | null): FrameLine {
		const start = this.#starts[number - 1] ?? 0;
		const end = this.#starts[number] ?? this.#text.length;
		const pieces: string[] = [];
		const focus = span === null ? null : { start: span.offset - start, end: Math.min(span.offset + span.length, end) - start };
		const line = this.#text.slice(start, end).replace(/[\r\n]+$/, "");
		let at = 0;
		let mark: { offset: number; length: number } | null = null;
		let drawn = 0;
		const add = (text: string): void => {
			pieces.push(text);
			drawn += text.length;
		};
		// Cut where something begins or ends: a masked stretch, or the marked one.
		const masked = this.#maskedIn(line, start);
		for (const stretch of [...masked, { start: line.length, end: line.length, text: "" }]) {
			for (const cut of [focus?.start, focus?.end, stretch.start]) {
				if (cut === undefined || cut < at || cut > stretch.start) continue;
				add(printable(line.slice(at, cut)));
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
		return window(number, pieces.join(""), mark);
	}

	/** Stretches of a line that are not shown, in order and without overlaps. */
	#maskedIn(line: string, start: number): readonly { readonly start: number; readonly end: number; readonly text: string }[] {
		const spans: { start: number; end: number }[] = [];
		for (const { offset, length } of this.#secrets) {
			const from = Math.max(0, offset - start);
			const to = Math.min(line.length, offset + length - start);
			if (to > from) spans.push({ start: from, end: to });
		}
		// What is not the host's business may stand on the same line.
		for (const { start: from, end: to } of detectInText(line)) spans.push({ start: from, end: to });
		for (const match of line.matchAll(/"((?:[^"\\]|\\.){8,4000})"/g)) {
			const content = match[1] ?? "";
			if (detectSecrets(null, content).length > 0) spans.push({ start: match.index + 1, end: match.index + 1 + content.length });
		}
		spans.sort((a, b) => a.start - b.start || b.end - a.end);
		const merged: { start: number; end: number }[] = [];
		for (const span of spans) {
			const last = merged.at(-1);
			if (last !== undefined && span.start < last.end) last.end = Math.max(last.end, span.end);
			else merged.push({ ...span });
		}
		return merged.map((span) => ({ ...span, text: printable(mask(line.slice(span.start, span.end))) }));
	}
}

/** Keeps a long line to what surrounds the mark. */
function window(number: number, text: string, mark: Span | null): FrameLine {
	if (text.length <= WIDTH) return { number, text, mark };
	const from = mark === null ? 0 : Math.max(0, Math.min(mark.offset - 40, text.length - WIDTH));
	const prefix = from > 0 ? "…" : "";
	const suffix = from + WIDTH < text.length ? "…" : "";
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
