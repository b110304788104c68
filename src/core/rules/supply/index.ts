import type { Rule } from "../finding.ts";
import { commandInput } from "./command-input.ts";
import { commandWithArguments } from "./command-with-arguments.ts";
import { disguisedName } from "./disguised-name.ts";
import { downloadAndRun } from "./download-and-run.ts";
import { environmentOverride } from "./environment-override.ts";
import { inlineCode } from "./inline-code.ts";
import { launcherEnvironment } from "./launcher-environment.ts";
import { lookalikePackage } from "./lookalike-package.ts";
import { packageIndex } from "./package-index.ts";
import { packageSource } from "./package-source.ts";
import { shellWrapper } from "./shell-wrapper.ts";
import { temporaryProgram } from "./temporary-program.ts";
import { unpinnedImage } from "./unpinned-image.ts";
import { unversionedRunner } from "./unversioned-runner.ts";

/** What is wrong with where a server's code comes from. */
export const SUPPLY_RULES: readonly Rule[] = [
	downloadAndRun,
	disguisedName,
	launcherEnvironment,
	lookalikePackage,
	shellWrapper,
	commandWithArguments,
	temporaryProgram,
	environmentOverride,
	packageIndex,
	packageSource,
	commandInput,
	unversionedRunner,
	unpinnedImage,
	inlineCode,
];
