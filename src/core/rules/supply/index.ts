import type { Rule } from "../finding.ts";
import { launcherEnvironment } from "./launcher-environment.ts";
import { shellWrapper } from "./shell-wrapper.ts";
import { unversionedRunner } from "./unversioned-runner.ts";

/** What is wrong with where a server's code comes from. */
export const SUPPLY_RULES: readonly Rule[] = [launcherEnvironment, shellWrapper, unversionedRunner];
