/** Small, seeded, and the same everywhere: a failing file can be made again from its number. */
function random(seed: number): () => number {
	let state = seed + 0x6d2b79f5;
	return () => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), 1 | state);
		t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	};
}

/** Writes config files as people, formatters and programs do: comments anywhere, every line end, trailing commas, escapes, emoji. */
export class JsoncSource {
	readonly #next: () => number;
	readonly #eol: string;
	readonly #indent: string;
	readonly #comments: boolean;
	readonly #trailing: boolean;

	constructor(seed: number) {
		this.#next = random(seed);
		this.#eol = this.pick(["\n", "\r\n", "\n", "\r"]);
		this.#indent = this.pick(["\t", "  ", "    ", ""]);
		this.#comments = this.#next() < 0.6;
		this.#trailing = this.#next() < 0.3;
	}

	pick<T>(from: readonly [T, ...T[]]): T {
		return from[Math.floor(this.#next() * from.length)] ?? from[0];
	}

	file(): string {
		const bom = this.#next() < 0.2 ? "\uFEFF" : "";
		const names = ["github", "files 📁", "a.b/c", 'quo"te', "--", "ünï", "__proto__"].filter(() => this.#next() < 0.4);
		const servers = (names.length > 0 ? names : ["one"]).map((name): Member => [name, () => this.#server()]);
		const members: Member[] = [
			["$schema", () => '"https://example.com/x.json"'],
			["mcpServers", () => this.#object(servers, 2)],
		];
		return bom + this.#gap(0) + this.#object(members, 1) + this.#gap(0);
	}

	#server(): string {
		const members: Member[] = [
			["command", () => this.#string(this.pick(["srv", "my-server", "/opt/µ/bin", "C:\\Program Files\\x.exe", "a\tb"]))],
		];
		const args = this.pick(["absent", "empty", "some", "some", "some"]);
		if (args !== "absent") members.push(["args", () => this.#array(args === "empty" ? 0 : 1 + Math.floor(this.#next() * 4))]);
		if (this.#next() < 0.5) members.push(["env", () => this.#object([["TOKEN", () => this.#string("välue 🔑")]], 4)]);
		if (this.#next() < 0.3) members.push(["type", () => '"stdio"']);
		if (this.#next() < 0.2) members.reverse();
		return this.#object(members, 3);
	}

	#array(count: number): string {
		const lines = this.#next() < 0.5;
		const items = Array.from({ length: count }, () => this.#string(this.pick(["-y", "pkg@1.0.0", "--", "run", "", '🚀 \\ "', "--name"])));
		const space = (): string => (lines ? this.#line(4) : this.#gap(4));
		const tail = count > 0 && this.#trailing ? `${this.#gap(4)},` : "";
		return `[${items.map((item) => space() + item + this.#gap(4)).join(",")}${tail}${lines ? this.#line(3) : this.#gap(4)}]`;
	}

	#object(members: readonly Member[], depth: number): string {
		const lines = this.#next() < 0.7;
		const space = (): string => (lines ? this.#line(depth) : this.#gap(depth));
		const body = members.map(
			([name, value]) => `${space()}${JSON.stringify(name)}${this.#gap(depth)}:${this.pick([" ", "", "  "])}${value()}${this.#gap(depth)}`,
		);
		const tail = this.#trailing && members.length > 0 ? "," : "";
		return `{${body.join(",")}${tail}${lines ? this.#line(depth - 1) : this.#gap(depth)}}`;
	}

	/** The same text in one of its spellings. */
	#string(value: string): string {
		const plain = JSON.stringify(value);
		if (this.#next() > 0.2) return plain;
		const inside = [...plain.slice(1, -1)].map((c) => (/[a-z]/.test(c) && this.#next() < 0.3 ? c : c));
		return `"${inside.join("").replace(/^([a-z])/, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`;
	}

	#line(depth: number): string {
		return `${this.#gap(depth)}${this.#eol}${this.#indent.repeat(depth)}${this.#comment(0.1)}`;
	}

	#gap(depth: number): string {
		const spaces = this.pick(["", "", " ", "  ", `${this.#eol}${this.#indent.repeat(depth)}`, ""]);
		return `${spaces}${this.#comment(0.15)}`;
	}

	#comment(chance: number): string {
		if (!this.#comments || this.#next() > chance) return "";
		return this.pick(['/* , [ "run" */', `// it's "args": [ ${this.#eol}`, "/**/", `// 🔑${this.#eol} `]);
	}
}

type Member = readonly [string, () => string];
