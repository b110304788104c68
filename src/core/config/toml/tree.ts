import type { Span } from "../../text.ts";
import { MAX_DEPTH, type TreeNode } from "../tree.ts";

/** A node while its file is read. */
export interface Building extends TreeNode {
	offset: number;
	length: number;
	children?: Building[];
	scattered?: boolean;
}

/** A key as it stands in a header or before `=`, part by part. */
export type KeyPath = readonly Building[];

/** What the members of an object are, and what may yet be put into it. */
interface Members {
	readonly byName: Map<string, Building>;
	/** `open`: made by the way, by a longer header or a dotted key; `table`: by its own header; `closed`: a table within a line. */
	state: "open" | "table" | "closed";
	/** The last statement that put anything into it. */
	last: number;
}

/** Puts the statements of a file together. What TOML forbids (a table twice) becomes two members of one name. */
export class TomlTree {
	readonly root: Building;
	readonly #members = new Map<Building, Members>();
	/** The objects on the way to the table of the last header, from the outside. */
	#way: readonly Building[];
	#statement = 0;
	/** Where the nesting passed `MAX_DEPTH`; null: nowhere. */
	tooDeep: Span | null = null;

	constructor(length: number) {
		this.root = this.object(0, length, "open");
		this.#way = [this.root];
	}

	/** An empty object. */
	object(offset: number, length: number, state: Members["state"] = "closed"): Building {
		const made: Building = { type: "object", offset, length, children: [] };
		this.#members.set(made, { byName: new Map(), state, last: this.#statement });
		return made;
	}

	/** A table within a line takes nothing more once it ended. */
	close(object: Building): void {
		this.#membersOf(object).state = "closed";
	}

	/** `[a.b]` or `[[a.b]]`; what follows belongs into it. */
	header(path: KeyPath, { offset, length }: Span, isArray: boolean): void {
		this.#statement++;
		const way = this.#descend([this.root], path.slice(0, -1), offset);
		const key = path.at(-1);
		const parent = way.at(-1);
		if (key === undefined || parent === undefined || this.#isTooDeep(way.length + 1, offset)) return;
		const made = this.object(offset, length, "table");
		const known = this.#membersOf(parent).byName.get(nameOf(key))?.children?.[1];
		if (isArray) {
			if (known?.type === "array") known.children?.push(made);
			else this.#add(parent, key, { type: "array", offset, length, children: [made] }, offset);
			this.#enter([...way, made], offset + length);
			return;
		}
		const members = known?.type === "object" ? this.#membersOf(known) : undefined;
		if (known !== undefined && members?.state === "open") {
			members.state = "table";
			this.#enter([...way, known], offset + length);
			return;
		}
		this.#add(parent, key, made, offset);
		this.#enter([...way, made], offset + length);
	}

	/** `a.b = value` in the table of the last header. */
	assign(path: KeyPath, value: Building | null, end: number): void {
		this.#statement++;
		const way = this.assignIn(this.#way, path, value);
		this.#touch(way, end);
	}

	/** The same in any object; what it says of places is the caller's. */
	assignIn(from: readonly Building[], path: KeyPath, value: Building | null): readonly Building[] {
		const [first] = path;
		const key = path.at(-1);
		if (first === undefined || key === undefined) return from;
		const way = this.#descend(from, path.slice(0, -1), first.offset, path);
		const parent = way.at(-1);
		if (parent !== undefined && !this.#isTooDeep(way.length + 1, first.offset)) this.#add(parent, key, value, key.offset);
		return way;
	}

	/** Properties end where their values do. */
	finish(): void {
		for (const object of this.#members.keys()) {
			for (const property of object.children ?? []) {
				const [key, value] = property.children ?? [];
				const last = value ?? key;
				if (last !== undefined) property.length = Math.max(0, last.offset + last.length - property.offset);
			}
		}
	}

	#enter(way: readonly Building[], end: number): void {
		this.#way = way;
		this.#touch(way, end);
	}

	/** The objects along keys, made where they are missing; in an array of tables the last one. */
	#descend(from: readonly Building[], keys: KeyPath, offset: number, whole?: KeyPath): readonly Building[] {
		if (keys.length === 0) return from;
		const way = [...from];
		for (const [i, key] of keys.entries()) {
			const parent = way.at(-1);
			if (parent === undefined || this.#isTooDeep(way.length + 1, key.offset)) return way;
			const known = this.#membersOf(parent).byName.get(nameOf(key))?.children?.[1];
			const last = known?.type === "array" ? known.children?.at(-1) : known;
			if (last?.type === "object" && this.#membersOf(last).state !== "closed") {
				way.push(last);
				continue;
			}
			// An object of a dotted key begins with the key that is in it.
			const made = this.object(whole?.[i + 1]?.offset ?? offset, 0, "open");
			this.#add(parent, key, made, whole === undefined ? offset : key.offset);
			way.push(made);
		}
		return way;
	}

	#add(parent: Building, key: Building, value: Building | null, offset: number): void {
		const property: Building = { type: "property", offset, length: 0, children: value === null ? [key] : [key, value] };
		parent.children?.push(property);
		this.#membersOf(parent).byName.set(nameOf(key), property);
	}

	/** An object goes as far as the statements that follow each other in it; what comes later is apart. */
	#touch(way: readonly Building[], end: number): void {
		for (const object of way) {
			if (object === this.root) continue;
			const members = this.#membersOf(object);
			const isNext = members.last >= this.#statement - 1 && object.scattered !== true;
			if (isNext) object.length = Math.max(object.length, end - object.offset);
			else object.scattered = true;
			members.last = this.#statement;
		}
	}

	#membersOf(object: Building): Members {
		const known = this.#members.get(object);
		if (known !== undefined) return known;
		const made: Members = { byName: new Map(), state: "closed", last: this.#statement };
		this.#members.set(object, made);
		return made;
	}

	#isTooDeep(depth: number, offset: number): boolean {
		if (depth > MAX_DEPTH) this.tooDeep ??= { offset, length: 1 };
		return depth > MAX_DEPTH;
	}
}

function nameOf(key: Building): string {
	return typeof key.value === "string" ? key.value : "";
}
