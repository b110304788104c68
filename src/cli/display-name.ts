import * as path from "node:path";

/** Relative to `base` with `/`; absolute outside of it. */
export function displayName(absolute: string, base: string): string {
	const relative = path.relative(base, absolute);
	return (isOutside(relative) ? absolute : relative).split(path.sep).join("/");
}

/** Whether a path that `path.relative` gave leads out of its folder. */
export function isOutside(relative: string): boolean {
	return relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
}
