import { dereference, format, type Schema, ucs2length, validate } from "@cfworker/json-schema";
import { isExact } from "./exact.ts";
import { type LinearPattern, linearPattern, MOST_STATES_IN_ALL } from "./linear-pattern.ts";

/** Items of a list of which none may be there twice: each is compared with each. */
const MOST_COMPARED = 2000;
/** Names of all objects of a value, where their names are matched by patterns. */
const MOST_NAMES = 2000;
/** Levels of a value. */
const DEEPEST = 200;
/** What one look at a value may cost: schemas that are applied, what stands in them, and characters of texts times the places of their pattern. */
const MOST_STEPS = 50_000_000;
/** A schema that is applied costs about as much as so many characters. */
const STEPS_OF_SCHEMA = 50;
/** Of an object, from when on going through them is worth counting; and what one of them costs then. */
const MANY_MEMBERS = 50;
const STEPS_OF_MEMBER = 20;
/** Its expression goes back without end, and it is no format of JSON Schema. */
const UNBOUNDED_FORMAT = "url";

/**
 * Whether a value fits a JSON Schema of draft 2020-12. False for a schema that refers elsewhere or cannot be used, or has a pattern that is no
 * linear one; for a value with a number that other parsers read as another one, for one of more than 200 levels, and where the look would take
 * more steps than an honest one.
 */
export function fitsSchema(schema: Schema | boolean, value: unknown): boolean {
	try {
		if (typeof schema === "boolean") return isJudgeable(value, Number.POSITIVE_INFINITY) && schema;
		const prepared = preparedSchemas.get(schema) ?? new PreparedSchema(schema);
		preparedSchemas.set(schema, prepared);
		return prepared.fits(value);
	} catch {
		return false;
	}
}

/** What a policy says stays the same object until the policy is read anew. */
const preparedSchemas = new WeakMap<Schema, PreparedSchema>();

/** A schema in a copy that counts what is done with it, and whose patterns are matched without going back. */
class PreparedSchema {
	readonly #root: Schema;
	readonly #lookup: Record<string, Schema | boolean>;
	readonly #comparesAll: boolean;
	/** What tells whether a text fits, by the name that the copy has for it. */
	readonly #texts = new Map<string, (text: string) => boolean>();
	/** Schemas whose objects have names that are matched. */
	readonly #named: {
		readonly node: Schema;
		readonly own: Schema["properties"];
		readonly patterns: readonly [LinearPattern, Schema | boolean][];
	}[] = [];
	#states = 0;
	#left = 0;
	#measure = NOTHING_MEASURED;

	constructor(schema: Schema) {
		const text = JSON.stringify(schema);
		this.#comparesAll = text.includes('"uniqueItems"');
		this.#root = JSON.parse(text) as Schema;
		this.#lookup = dereference(this.#root);
		for (const node of new Set(Object.values(this.#lookup))) if (typeof node === "object") this.#prepare(node);
	}

	fits(value: unknown): boolean {
		if (!isJudgeable(value, this.#comparesAll ? MOST_COMPARED : Number.POSITIVE_INFINITY)) return false;
		this.#left = MOST_STEPS;
		this.#measure = measured(value, this.#comparesAll);
		if (this.#named.length > 0) this.#name(this.#measure.names);
		for (const [name, fits] of this.#texts) format[name] = fits;
		try {
			return validate(this.#counted(value), this.#root, "2020-12", this.#lookup).valid;
		} finally {
			for (const name of this.#texts.keys()) delete format[name];
		}
	}

	#prepare(node: Schema): void {
		const { type, pattern, minLength, maxLength, format: named, patternProperties, properties, uniqueItems } = node;
		// The library takes its members for schemas.
		if (node.dependencies !== undefined && COUNTED.some((name) => Object.hasOwn(node.dependencies ?? {}, name))) throw new Unusable();
		const size = STEPS_OF_SCHEMA + sizeOf([node.enum, node.const, node.required, Object.keys(properties ?? {})]);
		// Read whenever the schema is applied to something.
		Object.defineProperty(node, "type", {
			enumerable: Object.hasOwn(node, "type"),
			get: () => {
				this.#spend(size + (patternProperties === undefined ? 0 : this.#measure.names.length));
				return type;
			},
		});
		if (uniqueItems === true)
			Object.defineProperty(node, "uniqueItems", {
				get: () => {
					if (this.#measure.isUnique) return false;
					this.#spend(this.#measure.longest ** 2 / 4);
					return true;
				},
			});
		if (patternProperties !== undefined) {
			const patterns = Object.entries(patternProperties).map(
				([each, inner]) => [this.#linear(each), inner] as [LinearPattern, Schema | boolean],
			);
			this.#named.push({ node, own: properties, patterns });
			delete node.patternProperties;
		}
		if ([pattern, minLength, maxLength, named].every((each) => each === undefined)) return;
		const matched = pattern === undefined ? null : this.#linear(pattern);
		const usual = typeof named === "string" && Object.hasOwn(format, named) ? format[named] : undefined;
		if (named === UNBOUNDED_FORMAT) throw new Unusable();
		for (const name of ["pattern", "minLength", "maxLength"] as const) delete node[name];
		node.format = `sallyport:${this.#texts.size}`;
		this.#texts.set(node.format, (text) => {
			this.#spend(text.length);
			const length = minLength === undefined && maxLength === undefined ? 0 : ucs2length(text);
			return (
				(minLength === undefined || length >= minLength) &&
				(maxLength === undefined || length <= maxLength) &&
				(usual === undefined || usual(text)) &&
				matched?.fits(text, (steps) => this.#spend(steps)) !== false
			);
		});
	}

	/** Has each schema say by their names which members its patterns are about. */
	#name(names: readonly string[]): void {
		if (names.length > MOST_NAMES) throw new Unusable();
		for (const { node, own, patterns } of this.#named) {
			const properties: Record<string, Schema | boolean> = Object.assign(Object.create(null), own);
			for (const name of names) {
				const about = patterns.filter(([pattern]) => pattern.fits(name, (steps) => this.#spend(steps))).map(([, inner]) => inner);
				if (about.length === 0) continue;
				const allOf = Object.hasOwn(properties, name) ? [properties[name] ?? true, ...about] : about;
				properties[name] = { allOf: allOf as Schema[] };
			}
			node.properties = properties as Record<string, Schema>;
		}
	}

	/** The same value; going through the members of an object that has very many of them is counted. */
	#counted(value: unknown): unknown {
		if (typeof value !== "object" || value === null) return value;
		if (Array.isArray(value)) {
			const items = value.map((item) => this.#counted(item));
			return items.every((item, i) => item === value[i]) ? value : items;
		}
		const members = Object.entries(value);
		const counted = members.map(([name, member]) => [name, this.#counted(member)] as const);
		const copy = counted.every(([, member], i) => member === members[i]?.[1]) ? value : Object.fromEntries(counted);
		if (members.length < MANY_MEMBERS) return copy;
		const ownKeys = (target: object): (string | symbol)[] => {
			this.#spend(members.length * STEPS_OF_MEMBER);
			return Reflect.ownKeys(target);
		};
		return new Proxy(copy, { ownKeys });
	}

	#linear(source: unknown): LinearPattern {
		const pattern = typeof source === "string" ? linearPattern(source) : null;
		this.#states += pattern?.states ?? 0;
		if (pattern === null || this.#states > MOST_STATES_IN_ALL) throw new Unusable();
		return pattern;
	}

	#spend(steps: number): void {
		this.#left -= steps;
		if (this.#left < 0) throw new Unusable();
	}
}

class Unusable extends Error {}

/** Of a schema, what is done otherwise in the copy. */
const COUNTED = ["type", "pattern", "minLength", "maxLength", "format", "patternProperties", "uniqueItems"];

/** Characters of it, about. */
function sizeOf(value: unknown): number {
	return JSON.stringify(value).length;
}

interface Measure {
	/** Of all members of objects, each once. */
	readonly names: readonly string[];
	/** Items of the longest list. */
	readonly longest: number;
	/** True: no list has the same item twice. */
	readonly isUnique: boolean;
}

const NOTHING_MEASURED: Measure = { names: [], longest: 0, isUnique: true };

/** @param compares whether it has to be known of every list that its items are different */
function measured(value: unknown, compares: boolean): Measure {
	const names = new Set<string>();
	let longest = 0;
	let isUnique = true;
	/** One number for everything that is equal. */
	const ids = new Map<string, number>();
	const idOf = (text: string): number => {
		const id = ids.get(text) ?? ids.size;
		ids.set(text, id);
		return id;
	};
	const look = (next: unknown): number => {
		if (typeof next !== "object" || next === null) return compares ? idOf(JSON.stringify(next)) : 0;
		if (Array.isArray(next)) {
			longest = Math.max(longest, next.length);
			const items = next.map(look);
			isUnique &&= !compares || new Set(items).size === items.length;
			return compares ? idOf(`[${items.join()}]`) : 0;
		}
		const members = Object.entries(next);
		for (const [name] of members) if (names.size <= MOST_NAMES) names.add(name);
		const looked = members.map(([name, member]) => `${JSON.stringify(name)}:${look(member)}`);
		return compares ? idOf(`{${looked.sort().join()}}`) : 0;
	};
	look(value);
	return { names: [...names], longest, isUnique };
}

/** @param longest items that a list may have */
function isJudgeable(value: unknown, longest: number): boolean {
	let level: unknown[] = [value];
	for (let depth = 0; level.length > 0; depth++) {
		if (depth > DEEPEST) return false;
		const below: unknown[] = [];
		for (const next of level) {
			if (!isExact(next)) return false;
			if (typeof next !== "object" || next === null) continue;
			const inner: readonly unknown[] = Array.isArray(next) ? next : Object.values(next);
			if (Array.isArray(next) && inner.length > longest) return false;
			for (const each of inner) below.push(each);
		}
		level = below;
	}
	return true;
}
