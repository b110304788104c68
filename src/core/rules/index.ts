import { invalidConfig } from "./config/invalid-config.ts";
import { invalidIgnore } from "./config/invalid-ignore.ts";
import { notLaunchedThroughSallyport } from "./confinement/not-launched-through-sallyport.ts";
import { widePath } from "./confinement/wide-path.ts";
import type { Rule } from "./finding.ts";
import { invalidReference } from "./secrets/invalid-reference.ts";
import { secretInArgument } from "./secrets/secret-in-argument.ts";
import { secretInConfig } from "./secrets/secret-in-config.ts";
import { secretInEnv } from "./secrets/secret-in-env.ts";
import { secretInHeader } from "./secrets/secret-in-header.ts";
import { secretInUrl } from "./secrets/secret-in-url.ts";
import { launcherEnvironment } from "./supply/launcher-environment.ts";
import { shellWrapper } from "./supply/shell-wrapper.ts";
import { unversionedRunner } from "./supply/unversioned-runner.ts";
import { insecureUrl } from "./transport/insecure-url.ts";

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
