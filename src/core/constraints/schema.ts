// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the policy's own variable
import * as z from "zod/mini";

/**
 * What an argument of a tool may be, as a policy says it. Every member of a constraint must hold; a list of values holds when every
 * item of it does.
 */

const Place = z
	.string()
	.check(
		z.refine(
			(path) => /^(?:\/|\$\{workspace\}(?:\/|$))/.test(path) && !path.includes("\0") && !path.split(/[\\/]/).includes(".."),
			"must be an absolute path, or start with ${workspace}, and be without `..`",
		),
	);
const Pattern = z.string().check(z.minLength(1), z.maxLength(1000));
const Origin = z.string().check(
	z.refine((text) => {
		const url = URL.parse(text);
		return url !== null && /^(?:https?|wss?):$/.test(url.protocol) && url.origin === text;
	}, "must be an origin such as https://api.github.com, in small letters and without a path"),
);
const count = z.int().check(z.minimum(0));

/** One text or several of them. */
const oneOrMore = <T extends z.ZodMiniType>(item: T) => z.union([item, z.array(item).check(z.minLength(1))]);

export const Constraint = z
	.strictObject({
		/** Folders in which the path must lie, or be one of them, once links are followed. */
		within: z.optional(oneOrMore(Place)),
		/** The folder that a relative path counts from. Without it a relative path is refused. */
		relativeTo: z.optional(Place),
		/** `*` stands for characters other than `/`, `**` between slashes for any folders, `?` for one character. */
		glob: z.optional(oneOrMore(Pattern)),
		/** Origins of which the URL must have one. */
		origin: z.optional(oneOrMore(Origin)),
		enum: z.optional(z.array(z.union([z.string(), z.int(), z.boolean(), z.null()])).check(z.minLength(1))),
		/** Of a text, in Unicode characters. */
		minLength: z.optional(count),
		maxLength: z.optional(count),
		minimum: z.optional(z.number()),
		maximum: z.optional(z.number()),
		/** JSON Schema, draft 2020-12, for the value as it stands (a list is not taken apart). */
		schema: z.optional(z.union([z.boolean(), z.record(z.string(), z.unknown())])),
		/** True: the argument may be left out. */
		optional: z.optional(z.boolean()),
	})
	.check(z.refine((constraint) => constraint.relativeTo === undefined || constraint.within !== undefined, "relativeTo needs within"));

/** By the argument's name. `*`: all the arguments together, as one object. */
export const Constraints = z.record(z.string().check(z.minLength(1), z.maxLength(256)), Constraint);

export type Constraint = z.infer<typeof Constraint>;
export type Constraints = z.infer<typeof Constraints>;
