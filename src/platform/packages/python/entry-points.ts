/** A command of a package, and the function that it stands for. */
export interface EntryPoint {
	readonly name: string;
	/** `package.module` */
	readonly module: string;
	/** `function` or `object.method`. */
	readonly attribute: string;
}

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/;
const DOTTED = /^[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*$/;

/**
 * The console scripts of `entry_points.txt`, in the order of the file; one with a name or a target that no line of ours could start is left out.
 *
 * @param text null: the package has no such file, and no command
 * @returns null: a name that could be a path, or a target that is no name of a function
 */
export function readEntryPoints(text: string | null): readonly EntryPoint[] | null {
	const points: EntryPoint[] = [];
	let section = "";
	for (const line of (text ?? "").split(/\r?\n/)) {
		const plain = line.trim();
		if (plain === "" || /^[#;]/.test(plain)) continue;
		if (plain.startsWith("[")) {
			section = plain;
			continue;
		}
		if (section !== "[console_scripts]" && section !== "[gui_scripts]") continue;
		const equals = plain.indexOf("=");
		const name = plain.slice(0, Math.max(equals, 0)).trim();
		// What follows in brackets are extras, which are long obsolete there.
		const target = plain.slice(equals + 1).split(/[[#]/, 1)[0] ?? "";
		const [module = "", attribute = ""] = target.split(":").map((each) => each.trim());
		if (/^$|^\.|[/\\\0]/.test(name) || /[^\w.:, -]/u.test(target)) return null;
		if (section === "[console_scripts]" && NAME.test(name) && DOTTED.test(module) && DOTTED.test(attribute))
			points.push({ name, module, attribute });
	}
	return points;
}
