import * as fs from "node:fs";
import * as path from "node:path";

/** A look at so many pages says where an index keeps its archives. */
const PAGES = 20;
const LARGEST = 1 << 20;

/**
 * Folders beside an index of this machine in which its archives lie: its pages lead there. Only folders next to the index, or next to the folder
 * that it lies in: whatever else a page names is not read.
 *
 * @param index a real path; its pages are `NAME/index.html`
 */
export function neighbours(index: string): readonly string[] {
	const parent = path.dirname(index);
	const found = new Set<string>();
	for (const name of fs.readdirSync(index).slice(0, PAGES)) {
		const page = path.join(index, name, "index.html");
		if ((fs.statSync(page, { throwIfNoEntry: false })?.size ?? LARGEST + 1) > LARGEST) continue;
		for (const [, href = ""] of fs.readFileSync(page, "utf8").matchAll(/\bhref\s*=\s*["']([^"'#?<>:]{1,400})/gi)) {
			const folder = path.dirname(path.resolve(path.dirname(page), decode(href)));
			const [top = ""] = path.relative(parent, folder).split(path.sep);
			const neighbour = path.join(parent, top);
			if (top !== "" && top !== ".." && neighbour !== index && !path.isAbsolute(href) && isOwnFolder(neighbour)) found.add(neighbour);
		}
	}
	return [...found];
}

function decode(href: string): string {
	try {
		return decodeURIComponent(href);
	} catch {
		return href;
	}
}

/** A folder, and no link to one. */
function isOwnFolder(file: string): boolean {
	return fs.lstatSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
