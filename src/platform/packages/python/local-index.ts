import * as fs from "node:fs";
import * as path from "node:path";
import { plainText } from "../../files/bounded-file.ts";
import { isWithin } from "../../sandbox/protected.ts";

/** A look at so many pages says where an index keeps its archives. */
const PAGES = 20;
const LARGEST = 1 << 20;

/**
 * Folders beside an index of this machine in which its archives lie: its pages lead there. Pages say what packages say, so a folder counts only
 * if it holds a wheel that a page names, and is neither hidden nor the home, nor beside what is in it.
 *
 * @param index a real path; its pages are `NAME/index.html`
 * @param userHome the person's home
 */
export function neighbours(index: string, userHome: string): readonly string[] {
	const parent = path.dirname(index);
	const found = new Set<string>();
	for (const name of fs.readdirSync(index).slice(0, PAGES)) {
		const page = path.join(index, name, "index.html");
		for (const [, href = ""] of (plainText(page, LARGEST) ?? "").matchAll(/\bhref\s*=\s*["']([^"'#?<>:]{1,400})/gi)) {
			const wheel = path.resolve(path.dirname(page), decode(href));
			const [top = ""] = path.relative(parent, path.dirname(wheel)).split(path.sep);
			const neighbour = path.join(parent, top);
			const isBeside = top !== "" && !top.startsWith(".") && neighbour !== index && !path.isAbsolute(href) && isOwnFolder(neighbour);
			if (isBeside && !isPrivate(neighbour, userHome) && isWheelIn(wheel, neighbour)) found.add(neighbour);
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

/** The home, what holds it, and what stands in it by itself: nobody puts an index's archives there by chance. */
function isPrivate(folder: string, userHome: string): boolean {
	return isWithin(userHome, folder) || path.dirname(folder) === userHome;
}

/** A file that is called like a wheel and lies there in truth. */
function isWheelIn(file: string, folder: string): boolean {
	try {
		return file.endsWith(".whl") && isWithin(fs.realpathSync(file), folder) && fs.statSync(file).isFile();
	} catch {
		return false;
	}
}

/** A folder, and no link to one. */
function isOwnFolder(file: string): boolean {
	return fs.lstatSync(file, { throwIfNoEntry: false })?.isDirectory() === true;
}
