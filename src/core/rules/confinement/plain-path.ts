/**
 * A path as the system takes it: with `/`, without what leads nowhere or back (`.`, `..`, `//`, a slash at the end), without the other
 * names of the whole disk (`/proc/1/root`, `\\?\C:`, `file://`). `..` stays where it leads out of a folder that only the machine knows:
 * `~/..`, `${workspaceFolder}/../x`, `../x`. `/` for the whole disk, empty for the working folder. Linear.
 */
export function plainPath(path: string): string {
	const slashed = path
		.trim()
		.replace(/\\/g, "/")
		.replace(/^file:\/\/(?:localhost)?(?=\/)/i, "")
		.replace(/^\/([A-Za-z]:)/, "$1")
		.replace(/^\/\/[?.]\/(?=[A-Za-z]:)/, "")
		.replace(/^\/\/(?:localhost|127\.0\.0\.1)\/([A-Za-z])\$(?=\/|$)/i, "$1:");
	const root = /^(?:[A-Za-z]:|~|\$\{[^}]{0,200}\}|\$env:\w+|\$\w+|%\w+%)(?=\/|$)/i.exec(slashed)?.[0] ?? "";
	const absolute = slashed.startsWith("/") || /^[A-Za-z]:$/.test(root);
	const kept: string[] = [];
	for (const segment of slashed.slice(root.length).split("/")) {
		if (segment === "" || segment === ".") continue;
		if (segment !== "..") kept.push(segment);
		else if (kept.length > 0 && kept.at(-1) !== "..") kept.pop();
		else if (!absolute) kept.push(segment);
	}
	const inner = root === "" && absolute ? withoutProcess(kept) : kept;
	if (root === "") return (absolute ? "/" : "") + inner.join("/");
	return inner.length === 0 ? root : `${root}/${inner.join("/")}`;
}

/** `/proc/self/root/etc` is `/etc`: each process has a link to its whole disk, and most work at its top. */
function withoutProcess(segments: readonly string[]): readonly string[] {
	let from = 0;
	while (segments[from] === "proc" && segments[from + 2] === "root") from += 3;
	return segments.slice(from);
}
