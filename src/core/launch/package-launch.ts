import type { NpmLaunch } from "./npm-line.ts";
import type { PythonLaunch } from "./python-runner.ts";

/**
 * A launch line that has a package of a registry installed and started. One kind for each registry, told apart by `registry`; what it takes to
 * install and start one stands in `src/platform/packages`.
 */
export type PackageLaunch = NpmLaunch | PythonLaunch;

/** A registry whose packages can be pinned. */
export type PackageRegistry = PackageLaunch["registry"];
