import type { Breach } from "./judge.ts";
import type { Constraint, Constraints } from "./schema.ts";

/** What a policy says of a tool's arguments, in one line: `path within /project/docs; mode enum append, create`. Empty: nothing. */
export function constraintsText(constraints: Constraints): string {
	return Object.entries(constraints)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([name, constraint]) => `${name} ${constraintText(constraint)}`)
		.join("; ");
}

function constraintText(constraint: Constraint): string {
	const parts = Object.entries(constraint)
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([key, value]) => {
			if (key === "optional") return value === true ? "optional" : "";
			return key === "schema" ? `schema ${JSON.stringify(value)}` : `${key} ${[value].flat().join(", ")}`;
		});
	return parts.filter((part) => part !== "").join(", ");
}

/** Why a call was refused, for a person; holds nothing of the call but the tool's name. */
export function breachText(tool: string, { argument, broken }: Breach): string {
	const what =
		broken === "missing"
			? `without ${argument}, which the policy constrains`
			: broken === "name"
				? `with an argument that may be taken for ${argument}`
				: broken === "type"
					? `with a value for ${argument} that is of another kind than the policy wants`
					: `with ${argument === "*" ? "arguments" : `a value for ${argument}`} that the policy does not allow (${broken})`;
	return `${tool} was called ${what}. It was refused.`;
}
