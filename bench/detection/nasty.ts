import type { Tier } from "./label.ts";
import type { Recipe } from "./pools.ts";
import { anonymousToken, anyToken } from "./recipes.ts";
import { type ServerSheet, type Sheet, setEnv, setHeader } from "./sheet.ts";
import { member, Table } from "./tree.ts";

/** A variable whose value is one secret. `tier` left out: surely a credential. */
export function variable(
	kind: string,
	keys: readonly string[],
	template: string | ((sheet: Sheet) => string),
	tier: Tier = "warning",
): Recipe {
	return {
		weight: 1,
		kind: "stdio",
		write(sheet, server) {
			const text = typeof template === "string" ? sheet.fill(template) : template(sheet);
			setEnv(server, sheet.random.pick(keys), sheet.secret(kind, "env", text, tier));
		},
	};
}

/** A variable that holds more than the secret, which stands between « and ». */
export function partOf(kind: string, position: string, keys: readonly string[], template: string, tier: Tier = "warning"): Recipe {
	return {
		weight: 1,
		kind: "stdio",
		write(sheet, server) {
			setEnv(server, sheet.random.pick(keys), sheet.partial(kind, position, template, tier));
		},
	};
}

/** A variable that holds any token within another text. @param text of the name that the token has and the token */
export function tokenWithin(key: string, text: (name: string, token: string) => string): Recipe {
	return {
		weight: 2,
		kind: "stdio",
		write(sheet, server) {
			const token = anyToken(sheet);
			setEnv(server, key, text(token.key, sheet.secret(token.kind, "nested JSON", token.text)));
		},
	};
}

/** A comment that holds any token. @param text of the name that the token has and the token */
export function tokenInComment(text: (name: string, token: string) => string): Recipe {
	return {
		weight: 2,
		kind: "stdio",
		needs: "comments",
		write(sheet, server) {
			const token = anyToken(sheet);
			server.comments.push(text(token.key, sheet.secret(token.kind, "comment", token.text)));
		},
	};
}

/** A variable that holds the token of a public client. */
export function publicToken(keys: readonly string[]): Recipe {
	return {
		weight: 2,
		kind: "stdio",
		write(sheet, server) {
			setEnv(server, sheet.random.pick(keys), sheet.clean("anonymous JWT", "env", anonymousToken(sheet)));
		},
	};
}

/** Arguments, one of which has the secret between « and »; `command` left out: the server's own, with the arguments behind its own. */
export function argumentsWith(kind: string, position: string, args: readonly string[], command?: string): Recipe {
	return {
		weight: 1,
		kind: "stdio",
		write(sheet, server) {
			const written = args.map((each) => sheet.partial(kind, position, each));
			if (command === undefined) server.args.push(...written);
			else Object.assign(server, { command, args: written });
		},
	};
}

/** Fields of the entry itself, beside `command` and `env`; a secret in them stands between « and ». */
export function fieldWith(kind: string, position: string, key: string, inner: string | null, template: string): Recipe {
	return {
		weight: 1,
		kind: "stdio",
		write(sheet, server) {
			const value = sheet.partial(kind, position, template);
			server.extra.push([key, inner === null ? value : new Table([member(inner, value)])]);
		},
	};
}

/** The whole command line in the one field that is for the program's name. */
export function commandWith(kind: string, template: string): Recipe {
	return {
		weight: 1,
		kind: "stdio",
		write(sheet, server) {
			Object.assign(server, { command: sheet.partial(kind, "command", template), args: [] });
		},
	};
}

/** A variable that stands twice; hosts take one of the two. */
export function twice(kind: string, key: string, template: string, other: string): Recipe {
	return {
		weight: 1,
		kind: "stdio",
		needs: "duplicates",
		write(sheet, server) {
			if (server.env.some(([name]) => name === key)) return;
			server.env.push([key, sheet.partial(kind, "env", template)], [key, sheet.fill(other)]);
		},
	};
}

/** A header whose value has the secret between « and ». */
export function headerWith(kind: string, name: string, template: string, tier: Tier = "warning"): Recipe {
	return {
		weight: 1,
		kind: "http",
		write(sheet, server) {
			setHeader(server, name, sheet.partial(kind, "header", template, tier));
		},
	};
}

/** An address that has the secret between « and ». */
export function urlWith(kind: string, position: string, template: string, tier: Tier = "warning"): Recipe {
	return {
		weight: 1,
		kind: "http",
		write(sheet, server) {
			server.url = sheet.partial(kind, position, template, tier);
		},
	};
}

/** Variables that look like credentials and are none. Weighs as much as all of them. */
export function harmless(values: readonly (readonly [kind: string, key: string, template: string])[]): Recipe {
	return {
		weight: values.length,
		kind: "stdio",
		write(sheet, server) {
			const [kind, key, template] = sheet.random.pick(values);
			setEnv(server, key, sheet.clean(kind, "env", sheet.fill(template)));
		},
	};
}

/** Arguments that look like credentials and are none. */
export function harmlessArguments(values: readonly (readonly [kind: string, ...args: string[]])[]): Recipe {
	return {
		weight: values.length,
		kind: "stdio",
		write(sheet, server) {
			const [kind, ...args] = sheet.random.pick(values);
			server.args.push(...args.map((each) => sheet.clean(kind, "argument", sheet.fill(each))));
		},
	};
}

/** Addresses that look as if they held a credential, and hold none. */
export function harmlessUrls(values: readonly string[]): Recipe {
	return {
		weight: values.length,
		kind: "http",
		write(sheet: Sheet, server: ServerSheet) {
			server.url = sheet.clean("url", "url", sheet.fill(sheet.random.pick(values)));
		},
	};
}

/** Comments that speak of credentials and hold none. */
export function harmlessComments(values: readonly string[]): Recipe {
	return {
		weight: values.length,
		kind: "stdio",
		needs: "comments",
		write(sheet, server) {
			server.comments.push(sheet.clean("comment", "comment", sheet.fill(sheet.random.pick(values))));
		},
	};
}
