// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the hosts' variables
import { Dice } from "../secrets/samples.ts";

/** A server as every file of it must be read. */
export interface Model {
	readonly name: string;
	readonly command: string;
	readonly args: readonly string[];
	readonly env: readonly (readonly [name: string, value: string])[];
}

const NAMES = ["files", "git hub", "a.b/c", "ünï 📁", "x-1"];
const COMMANDS = ["srv", "/opt/my server", "C:\\x\\y.exe", "a#b", "it's"];
const ARGS = ["-y", "pkg@1.0.0", "--", "", 'q"uo', "back\\slash", "a, [b]", "x: y", "# no comment", "emoji 🔑", "- dash", "{{ x }}"];
const VALUES = [
	"plain",
	"välue 🔑",
	"12",
	"true",
	"with 'single'",
	'with "double"',
	"tab\tin",
	"one\ntwo",
	"a: b # c",
	" lead",
	"\\u0041",
	"${X}",
];

/** Servers of any kind, the same for the same seed. */
export function modelsOf(seed: number): readonly Model[] {
	const dice = new Dice(seed + 1);
	const names = NAMES.filter(() => dice.next(3) === 0);
	return (names.length > 0 ? names : ["one"]).map((name) => ({
		name,
		command: dice.pick(COMMANDS),
		args: Array.from({ length: dice.next(4) }, () => dice.pick(ARGS)),
		env: ["TOKEN", "LOG", "B_1"].slice(0, dice.next(4)).map((key): [string, string] => [key, dice.pick(VALUES)]),
	}));
}

/** Writes a file in any of the ways in which people and programs write one. */
abstract class TableSource {
	protected readonly dice: Dice;
	readonly #eol: string;

	constructor(seed: number) {
		this.dice = new Dice(seed * 7 + 3);
		this.#eol = this.dice.pick(["\n", "\n", "\r\n"]);
	}

	file(models: readonly Model[]): string {
		const bom = this.dice.next(6) === 0 ? "\uFEFF" : "";
		return (
			bom +
			this.lines(models)
				.flatMap((line) => [...this.#above(), line])
				.join(this.#eol) +
			(this.dice.next(5) === 0 ? "" : this.#eol)
		);
	}

	protected abstract lines(models: readonly Model[]): readonly string[];

	/** Behind a value. */
	protected tail(): string {
		return this.dice.next(6) === 0 ? this.dice.pick([" # note", "  # it's [ 🔑 \"", " #"]) : "";
	}

	/** Where a line can be, a comment can. */
	#above(): readonly string[] {
		return [];
	}
}

export class TomlSource extends TableSource {
	protected lines(models: readonly Model[]): readonly string[] {
		const others = ['model = "x"', "# a note", "numbers = [1, 2_000, 0x1f, 1979-05-27T07:32:00Z]", ""];
		return [...others.slice(this.dice.next(4)), ...models.flatMap((model, i) => this.#server(model, i === 0)), "[tui]", "a.b.c = true"];
	}

	#server(model: Model, isFirst: boolean): readonly string[] {
		const key = this.#key(model.name);
		const form = this.dice.next(isFirst ? 4 : 3);
		const members = [`command = ${this.#string(model.command)}${this.tail()}`, ...this.#args(model.args)];
		if (this.dice.next(3) === 0) members.reverse();
		const env = model.env.map(([name, value]) => `${this.#key(name)} = ${this.#string(value)}`);
		if (form === 0) return [`[mcp_servers.${key}]${this.tail()}`, ...members, "", `[mcp_servers.${key}.env]`, ...env, ""];
		if (form === 1) return [`[ mcp_servers . ${key} ]`, ...members, `env = { ${env.join(", ")} }${this.tail()}`];
		if (form === 2) return [`[mcp_servers.${key}]`, ...members.map((line) => `  ${line}`), ...env.map((line) => `  env.${line}`)];
		const inline = members.map((line) => line.replace(/ +#[^"]*$/, "")).filter((line) => !line.includes("\n"));
		const ok = inline.length === members.length && !members.some((line) => line.includes("#"));
		return ok
			? ["[mcp_servers]", `${key} = { ${inline.join(", ")}, env = { ${env.join(", ")} } }`]
			: [`[mcp_servers.${key}]`, ...members, `env = { ${env.join(", ")} }`];
	}

	#args(args: readonly string[]): readonly string[] {
		if (args.length === 0 && this.dice.next(2) === 0) return [];
		const items = args.map((value) => this.#string(value));
		if (this.dice.next(3) > 0) return [`args = [${this.dice.pick(["", " "])}${items.join(", ")}]${this.tail()}`];
		return [["args = [", ...items.map((item) => `  ${item},${this.tail()}`), "]"].join("\n")];
	}

	#key(name: string): string {
		if (/^[A-Za-z0-9_-]+$/.test(name) && this.dice.next(3) > 0) return name;
		return name.includes("'") || this.dice.next(2) === 0 ? JSON.stringify(name) : `'${name}'`;
	}

	#string(value: string): string {
		const form = this.dice.next(5);
		if (form === 0 && !/['\n]/.test(value)) return `'${value}'`;
		if (form === 1 && !value.includes("'''") && !value.endsWith("'") && !/\\$/.test(value))
			return `'''${value.startsWith("\n") ? "\n" : ""}${value}'''`;
		if (form === 2) return `"""\n${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"""`;
		if (form === 3)
			return JSON.stringify(value)
				.replace(/[a-z]/, (c) => `\\U0000${c.charCodeAt(0).toString(16).padStart(4, "0")}`)
				.replace(/\\\\U/, "\\\\U");
		return JSON.stringify(value);
	}
}

export class YamlSource extends TableSource {
	readonly #list: boolean;

	/** `list`: as Continue has them; else a map, as Goose does. */
	constructor(seed: number, list: boolean) {
		super(seed);
		this.#list = list;
	}

	protected lines(models: readonly Model[]): readonly string[] {
		const [root, command, env] = this.#list ? ["mcpServers", "command", "env"] : ["extensions", "cmd", "envs"];
		const before = ["# a note", "name: mine", ""].slice(this.dice.next(3));
		const after = ["other:", "  - 1"];
		return [...before, `${root}:${this.tail()}`, ...models.flatMap((model) => this.#server(model, command, env)), ...after];
	}

	#server(model: Model, commandKey: string, envKey: string): readonly string[] {
		const pad = this.#list ? "    " : "    ";
		const name = this.#list ? [`name: ${this.#scalar(model.name, false)}`] : ["type: stdio"];
		const flow = this.dice.next(5) === 0;
		if (flow) {
			const env = model.env.map(([key, value]) => `${key}: ${this.#flow(value)}`).join(", ");
			const args = model.args.length === 0 ? "" : `, args: [${model.args.map((each) => this.#flow(each)).join(", ")}]`;
			const first = this.#list ? `name: ${this.#flow(model.name)}` : "type: stdio";
			const entry = `{ ${first}, ${commandKey}: ${this.#flow(model.command)}${args}, ${envKey}: { ${env} } }`;
			return [this.#list ? `  - ${entry}` : `  ${JSON.stringify(model.name)}: ${entry}`];
		}
		const members = [
			...name,
			`${commandKey}: ${this.#scalar(model.command, false)}${this.tail()}`,
			...this.#args(model.args, pad),
			...(model.env.length === 0
				? []
				: [`${envKey}:${this.tail()}`, ...model.env.map(([key, value]) => `  ${key}: ${this.#scalar(value, true, `${pad}    `)}`)]),
		];
		const lines = members.map((line) => pad + line);
		if (!this.#list) return [`  ${this.#scalar(model.name, false)}:${this.tail()}`, ...lines];
		return [`  - ${members[0]}`, ...lines.slice(1)];
	}

	#args(args: readonly string[], pad: string): readonly string[] {
		if (args.length === 0) return this.dice.next(2) === 0 ? [] : ["args: []"];
		if (this.dice.next(2) === 0) return [`args: [${args.map((each) => this.#flow(each)).join(", ")}]${this.tail()}`];
		const lead = this.dice.pick(["", "  "]);
		return ["args:", ...args.map((each) => `${lead}- ${this.#scalar(each, true, `${pad}${lead}  `)}`)];
	}

	#flow(value: string): string {
		return value.includes("\n") || this.dice.next(2) === 0 ? JSON.stringify(value) : `'${value.replaceAll("'", "''")}'`;
	}

	#scalar(value: string, block: boolean, pad = ""): string {
		const form = this.dice.next(4);
		if (form === 0 && PLAIN.test(value)) return value;
		if (form === 1 && !value.includes("\n")) return `'${value.replaceAll("'", "''")}'`;
		if (form === 2 && block && value !== "" && !/^[\s#]/.test(value))
			return `|-\n${value
				.split("\n")
				.map((line) => pad + line)
				.join("\n")}`;
		return JSON.stringify(value);
	}
}

/** What reads as this very string without quotes. */
const PLAIN = /^(?!true$|false$|null$|~$|\d)[A-Za-z/][A-Za-z0-9@./\\ -]*[A-Za-z0-9]$|^[a-z]$/;
