import * as vscode from "vscode";
import type { Severity } from "../core/rules/finding.ts";
import { LineIndex, type Position, type Span, type TextEdit } from "../core/text.ts";

/** The one place where core's offsets become the editor's positions. Both count UTF-16 units after the byte order mark. */
export function toRange(document: vscode.TextDocument, { offset, length }: Span): vscode.Range {
	return new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
}

/** As `toRange`, in a text that is open in no editor. */
export function rangeIn(text: string, { offset, length }: Span): vscode.Range {
	const lines = new LineIndex(text);
	const at = ({ line, column }: Position): vscode.Position => new vscode.Position(line - 1, column - 1);
	return new vscode.Range(at(lines.position(offset)), at(lines.position(offset + length)));
}

export function toTextEdit(document: vscode.TextDocument, { span, text }: TextEdit): vscode.TextEdit {
	return new vscode.TextEdit(toRange(document, span), withLineEndings(document, text));
}

/** Core writes what it found in the text; an inserted line ends as the document's lines do. */
function withLineEndings(document: vscode.TextDocument, text: string): string {
	return document.eol === vscode.EndOfLine.CRLF ? text.replace(/\r?\n/g, "\r\n") : text;
}

export function toSeverity(severity: Severity): vscode.DiagnosticSeverity {
	switch (severity) {
		case "error":
			return vscode.DiagnosticSeverity.Error;
		case "warning":
			return vscode.DiagnosticSeverity.Warning;
		case "info":
			return vscode.DiagnosticSeverity.Information;
		case "hint":
			return vscode.DiagnosticSeverity.Hint;
	}
}
