import type { Rule } from "./finding.ts";
import { insecureUrl } from "./insecure-url.ts";
import { invalidConfig } from "./invalid-config.ts";
import { invalidIgnore } from "./invalid-ignore.ts";
import { invalidReference } from "./invalid-reference.ts";
import { launcherEnvironment } from "./launcher-environment.ts";
import { notLaunchedThroughSallyport } from "./not-launched-through-sallyport.ts";
import { secretInArgument } from "./secret-in-argument.ts";
import { secretInConfig } from "./secret-in-config.ts";
import { secretInEnv } from "./secret-in-env.ts";
import { secretInHeader } from "./secret-in-header.ts";
import { secretInUrl } from "./secret-in-url.ts";
import { shellWrapper } from "./shell-wrapper.ts";
import { unversionedRunner } from "./unversioned-runner.ts";
import { widePath } from "./wide-path.ts";

/** In the order in which findings on the same text are told. */
export const RULES: readonly Rule[] = [
	invalidConfig,
	invalidReference,
	secretInEnv,
	secretInHeader,
	secretInUrl,
	secretInArgument,
	secretInConfig,
	launcherEnvironment,
	insecureUrl,
	shellWrapper,
	widePath,
	unversionedRunner,
	notLaunchedThroughSallyport,
	invalidIgnore,
];
