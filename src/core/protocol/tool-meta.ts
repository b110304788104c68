import { metaPinOf, toolName } from "../tools/pin.ts";
import type { Pinned } from "./catalog.ts";

/** Which tools of a page are shown without their `_meta`, because it is not what was approved beside their definitions. */
export interface ToolMetaVerdict {
	/** By the place in the page. */
	readonly drop: readonly boolean[];
	/** The names of those. */
	readonly names: readonly string[];
}

/**
 * A pin does not cover `_meta`, which may change from one listing to the next and harm nobody. Some hosts act by it all the same (a page to
 * show, a file to send), so that it passes only as it was approved; another one is no reason to take the tool away.
 *
 * @param shown by the place in the page, whether the tool is shown at all
 * @param approved by tool; a tool that is not in it was approved without
 */
export function judgeToolMeta(tools: readonly unknown[], shown: readonly boolean[], approved: Pinned): ToolMetaVerdict {
	const names: string[] = [];
	const drop = tools.map((tool, index) => {
		const name = shown[index] === true ? toolName(tool) : null;
		const meta = name === null ? undefined : metaPinOf(tool);
		if (name === null || meta === undefined || (meta !== null && meta === approved.get(name))) return false;
		names.push(name);
		return true;
	});
	return { drop, names };
}
