import { exact, plain } from "../plain-text.ts";
import type { Breach } from "./judge.ts";
import type { Constraint, Constraints } from "./schema.ts";

/**
 * What a policy says of a tool's arguments, in one line of plain text: `path within /project/docs; mode enum append, "1", 1`. What means two things
 * has two texts: a name or a value that could be taken for anything else of the line stands in quotes. Empty: nothing.
 */
export function constraintsText(constraints: Constraints): string {
	return Object.entries(constraints)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([name, constraint]) => `${exact(name)} ${constraintText(constraint)}`)
		.join("; ");
}

function constraintText(constraint: Constraint): string {
	const parts = Object.entries(constraint)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, value]) => {
			if (key === "optional") return value === true ? "optional" : "";
			return key === "schema" ? `schema ${plain(JSON.stringify(value))}` : `${key} ${[value].flat().map(valueText).join(", ")}`;
		})
		.filter((part) => part !== "");
	return parts.length === 0 ? "given" : parts.join(", ");
}

/** Texts that would look like a number, another value or a word of ours. */
const MISTAKABLE = /^(?:[-+.]{0,2}\d|(?:true|false|null|optional)$)/;

function valueText(value: unknown): string {
	return typeof value === "string" && !MISTAKABLE.test(value) ? exact(value) : plain(JSON.stringify(value) ?? "");
}

/** Why a call was refused, for a person; holds nothing of the call but the tool's name. */
export function breachText(tool: string, { argument, broken }: Breach): string {
	const value = argument === "*" ? "arguments" : `a value for ${argument}`;
	return `${tool} was called ${calledHow(argument, broken, value)}. It was refused.`;
}

function calledHow(argument: string, broken: Breach["broken"], value: string): string {
	switch (broken) {
		case "missing":
			return `without ${argument}, which the policy constrains`;
		case "name":
			return `with an argument that may be taken for ${argument}`;
		case "type":
			return `with a value for ${argument} that is of another kind than the policy wants`;
		case "relativeTo":
			return `with a relative path for ${argument}, and the policy does not say from which folder it counts (--where ${argument}=relativeTo:FOLDER)`;
		default:
			return `with ${value} that the policy does not allow (${broken})`;
	}
}

/** The same, of what `policy explain` was asked about. */
export function breachSays({ argument, broken }: Breach): string {
	if (broken === "relativeTo")
		return `${argument} is a relative path, and nothing says from which folder it counts (--where ${argument}=relativeTo:FOLDER)`;
	return `${argument === "*" ? "the arguments do" : `${argument} does`} not hold to it (${broken})`;
}
