import { type Schema, Validator } from "@cfworker/json-schema";

/** Whether a value fits a JSON Schema of draft 2020-12. False for a schema that refers elsewhere or cannot be used. */
export function fitsSchema(schema: Schema | boolean, value: unknown): boolean {
	try {
		return new Validator(schema, "2020-12").validate(value).valid;
	} catch {
		return false;
	}
}
