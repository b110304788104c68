import type { PackageLaunch } from "../../core/launch/package-launch.ts";
import { unreachable } from "../../core/result.ts";
import type { PackageWork } from "./kind.ts";
import { npmWork } from "./npm/work.ts";
import { pythonWork } from "./python/work.ts";

/** The registry's own way with a launch line. */
export function packageWork(launch: PackageLaunch): PackageWork {
	switch (launch.registry) {
		case "npm":
			return npmWork(launch);
		case "python":
			return pythonWork(launch);
		default:
			return unreachable(launch);
	}
}
