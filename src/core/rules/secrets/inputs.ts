// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the hosts' own variables
import { HOSTS } from "../../config/hosts.ts";
import type { ConfigDocument, ServerEntry, Setting } from "../../config/server.ts";
import { classifyKey } from "../../secrets/keys.ts";
import { type EntryText, textsOf } from "../texts.ts";

/** Something that VS Code asks a person for before it starts a server: an item of `inputs`. */
export interface Input {
	/** Its members that are plain values, by their names. `id` is there. */
	readonly members: ReadonlyMap<string, Setting>;
	readonly id: Setting;
	readonly keyPath: Setting["keyPath"];
}

/** The inputs that a file defines, in order; empty for a host that has none. */
export function inputsOf(document: ConfigDocument): readonly Input[] {
	if (!hasInputs(document)) return [];
	const found = new Map<string, Map<string, Setting>>();
	for (const setting of document.settings) {
		if (setting.server !== null) continue;
		const [group, index, name] = setting.keyPath.slice(-3);
		if (group !== "inputs" || typeof index !== "number" || typeof name !== "string") continue;
		const path = JSON.stringify(setting.keyPath.slice(0, -1));
		const members = found.get(path);
		if (members === undefined) found.set(path, new Map([[name, setting]]));
		else members.set(name, setting);
	}
	return [...found.values()].flatMap((members) => {
		const id = members.get("id");
		return id === undefined || id.kind !== "string" ? [] : [{ members, id, keyPath: id.keyPath.slice(0, -1) }];
	});
}

/** True where `${input:x}` stands for an answer. */
function hasInputs({ host }: ConfigDocument): boolean {
	return HOSTS[host].variables === "vscode";
}

/** A place where a value asks for an input. */
export interface InputUse {
	readonly server: ServerEntry;
	readonly entry: EntryText;
	readonly id: string;
	/** Offsets of the whole reference in the value. */
	readonly start: number;
	readonly end: number;
}

/** A document never changes, and several rules ask. */
const USES = new WeakMap<ConfigDocument, readonly InputUse[]>();

/** Every place where an entry asks for an input, in order; empty for a host that has none. */
export function inputUses(document: ConfigDocument): readonly InputUse[] {
	if (!hasInputs(document) || !document.text.includes("input:")) return NONE;
	const known = USES.get(document);
	if (known !== undefined) return known;
	const uses = document.servers.flatMap(usesIn);
	USES.set(document, uses);
	return uses;
}

const NONE: readonly InputUse[] = [];
const OPEN = "${input:";

function usesIn(server: ServerEntry): readonly InputUse[] {
	const uses: InputUse[] = [];
	for (const entry of textsOf(server, (value) => value.includes(OPEN))) {
		const { value } = entry.text;
		const most = uses.length + MOST;
		for (let start = value.indexOf(OPEN); start >= 0 && uses.length < most; start = value.indexOf(OPEN, start + OPEN.length)) {
			const close = value.slice(start, start + LONGEST).indexOf("}");
			const id = close < 0 ? "" : value.slice(start + OPEN.length, start + close);
			if (id !== "" && !id.includes("{")) uses.push({ server, entry, id, start, end: start + close + 1 });
		}
	}
	return uses;
}

/** Characters of a reference. */
const LONGEST = 200;
/** References in one value; more are nothing that a host was ever asked for. */
const MOST = 20;

/** Characters; what is longer names nothing. */
const LONGEST_NAME = 200;

/** True for a name by which people keep secrets. */
export function isSecretName(name: string): boolean {
	if (name.length > LONGEST_NAME) return false;
	const kind = classifyKey(name);
	return kind === "secret" || kind === "password";
}
