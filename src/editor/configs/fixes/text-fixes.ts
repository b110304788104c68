import type { Result } from "../../../core/result.ts";
import type { TextEdit } from "../../../core/text.ts";

/** Changes of a text that stand together: one that meets another is left for the next time. */
export class TextFixes {
	readonly #edits: TextEdit[] = [];

	get all(): TextEdit[] {
		return [...this.#edits];
	}

	/** Whether the change was taken in, all of it. */
	add(made: Result<readonly TextEdit[]>): boolean {
		if (!made.ok || made.value.length === 0 || made.value.some((edit) => this.#edits.some((other) => meets(edit, other)))) return false;
		this.#edits.push(...made.value);
		return true;
	}
}

/** Also where they only touch: in which order they go is not known then. */
function meets({ span: a }: TextEdit, { span: b }: TextEdit): boolean {
	return a.offset <= b.offset + b.length && b.offset <= a.offset + a.length;
}
