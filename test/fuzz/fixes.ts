import { HOSTS } from "../../src/core/config/hosts.ts";
import { parseConfig } from "../../src/core/config/parse.ts";
import type { ConfigDocument } from "../../src/core/config/server.ts";
import { ignoreHereEdits } from "../../src/core/fixes/ignore-here.ts";
import { moveEdits, planMoves } from "../../src/core/fixes/move-secrets.ts";
import { pinVersionEdits } from "../../src/core/fixes/pin-version.ts";
import { isTextFix, TEXT_FIXES, type TextFixId } from "../../src/core/fixes/text-fix.ts";
import { meaningOf, unwrapEdits, wrapEdits } from "../../src/core/fixes/wrap.ts";
import type { Result } from "../../src/core/result.ts";
import { type Examination, examine } from "../../src/core/rules/analyze.ts";
import type { Finding, FixId } from "../../src/core/rules/finding.ts";
import { applyEdits, type Span, slice, type TextEdit } from "../../src/core/text.ts";
import { Broken } from "./invariants.ts";

const CONTEXT = { home: "/home/me" };
const LAUNCHER = "/home/me/.sallyport/bin/sallyport";

/** What a fix makes of the file. */
type Fix = (document: ConfigDocument, finding: Finding) => Result<TextEdit[]> | null;

const OTHER_FIXES: Readonly<Record<Exclude<FixId, TextFixId>, Fix>> = {
	"move-secret": (document, finding) => {
		const { moves } = planMoves(document, [finding], wrapping);
		return moves.length === 0
			? null
			: moveEdits(
					document,
					moves.map((move) => ({ move, reference: { scheme: "keychain", path: move.path } })),
					wrapping,
				);
	},
	"pin-version": (document, finding) => pinVersionEdits(document, finding, "1.2.3"),
	wrap: (document, finding) => {
		const server = document.servers.find(({ keyPath }) => keyPath.every((key, i) => key === finding.keyPath[i]));
		return server === undefined ? null : wrapEdits(document, server, wrapping(server));
	},
};

function wrapping({ name }: { readonly name: { readonly value: string } }) {
	return { launcher: LAUNCHER, name: name.value, workspace: null };
}

/** The more findings, the more alike they are. */
const MOST_TRIED = 12;

/** Every fix of every finding, each on the file as it is; throws a `Broken` for the first that does not do what it says. */
export function checkFixes(document: ConfigDocument, examination: Examination): void {
	const { findings } = examination;
	for (const finding of findings.slice(0, MOST_TRIED)) {
		for (const id of finding.fixes) {
			const edits = isTextFix(id) ? TEXT_FIXES[id].edits(document, finding) : OTHER_FIXES[id](document, finding);
			if (edits?.ok === true) checkFixed(document, examination, finding, id, edits.value);
			else if (isTextFix(id) && syntaxErrors(document) === 0)
				throw new Broken(`${id} can be done where it is offered`, `${finding.ruleId} at ${finding.span.offset}`);
		}
		const ignored = ignoreHereEdits(document, finding, "known, and harmless here 🔑 */ \n \"'");
		if (ignored.ok) checkFixed(document, examination, finding, "ignore-here", ignored.value);
	}
	for (const server of document.servers.slice(0, MOST_TRIED)) {
		const edits = wrapEdits(document, server, wrapping(server));
		if (!edits.ok) continue;
		const wrapped = parse(document, applyEdits(document.text, edits.value));
		const intended = { rewritten: [server.keyPath] };
		if (meaningOf(wrapped, intended) !== meaningOf(document, intended))
			throw new Broken("wrapping keeps what is started", server.name.value);
		const again = wrapped.servers.find(({ name }) => name.outer.offset === server.name.outer.offset);
		if (again === undefined) throw new Broken("a wrapped entry is still there", server.name.value);
		const back = unwrapEdits(wrapped, again, { keepReferences: true });
		if (!back.ok) throw new Broken("what was wrapped can be unwrapped", back.problem.message);
		if (applyEdits(wrapped.text, back.value) !== document.text) throw new Broken("wrap and unwrap give the same bytes", server.name.value);
	}
}

function checkFixed(document: ConfigDocument, before: Examination, finding: Finding, id: string, edits: readonly TextEdit[]): void {
	const where = `${finding.ruleId} at ${finding.span.offset}`;
	if (edits.length === 0) throw new Broken(`${id} does something`, where);
	const fixed = parse(document, applyEdits(document.text, edits));
	if (syntaxErrors(fixed) > syntaxErrors(document)) throw new Broken(`after ${id} the file parses as before`, where);
	// A key that the host reads makes servers of what stands there.
	const lost = id === "rename-key" ? fixed.servers.length < document.servers.length : fixed.servers.length !== document.servers.length;
	if (lost) throw new Broken(`after ${id} every server is there`, where);
	const after = examine(fixed, CONTEXT);
	// What the new name makes a server of is looked at for the first time.
	const place = id === "rename-key" ? JSON.stringify(finding.keyPath) : null;
	const isIt = ({ ruleId, keyPath }: Finding): boolean =>
		ruleId === finding.ruleId && (place === null || place === JSON.stringify(keyPath));
	const count = ({ findings }: Examination): number => findings.filter(isIt).length;
	// What stands beside a secret may look like one by itself once that is gone.
	if (id !== "move-secret" && count(after) >= count(before)) throw new Broken(`${id} removes its finding`, where);
	const silenced = after.silenced.length - before.silenced.length;
	// A member of an entry silences the rule in all of it; a comment one place, which may be a text with two credentials in it.
	const same = document.comments.find((comment) => contains(comment, finding.span)) ?? valueAround(document, finding.span);
	const alike = before.findings.filter(({ ruleId, span }) => ruleId === finding.ruleId && contains(same, span)).length;
	if (id === "ignore-here" && (silenced < 1 || (silenced > alike && HOSTS[document.host].comments)))
		throw new Broken("ignore-here silences one place", `${where}: ${silenced}`);
	if (id !== "move-secret") return;
	const secret = slice(document.text, finding.span);
	if (document.text.split(secret).length === 2 && fixed.text.includes(secret)) throw new Broken("move-secret takes the secret out", where);
}

/** The whole value that a finding is a part of; the finding's own place where it is of something else. */
function valueAround({ servers, settings }: ConfigDocument, span: Span): Span {
	const words = servers.flatMap((server) =>
		server.kind === "stdio"
			? [server.command, ...server.args, ...server.env.map(({ value }) => value)]
			: [server.url, ...server.headers.map(({ value }) => value)],
	);
	return [...words, ...settings.map(({ value }) => value)].find(({ outer }) => contains(outer, span))?.outer ?? span;
}

function contains(outer: Span, { offset }: Span): boolean {
	return offset >= outer.offset && offset < outer.offset + Math.max(1, outer.length);
}

function parse({ host, file, bom }: ConfigDocument, text: string): ConfigDocument {
	return parseConfig((bom ? "\ufeff" : "") + text, HOSTS[host].id, file);
}

function syntaxErrors({ problems }: ConfigDocument): number {
	return problems.filter(({ code }) => code === "syntax" || code === "too-deep").length;
}
