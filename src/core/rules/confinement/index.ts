import type { Rule } from "../finding.ts";
import { containerSocket } from "./container-socket.ts";
import { credentialPath } from "./credential-path.ts";
import { disguisedLauncher } from "./disguised-launcher.ts";
import { forbiddenServer } from "./forbidden-server.ts";
import { limitsOff } from "./limits-off.ts";
import { nativeSandbox } from "./native-sandbox.ts";
import { notLaunchedThroughSallyport } from "./not-launched-through-sallyport.ts";
import { privilegedContainer } from "./privileged-container.ts";
import { runsAsRoot } from "./runs-as-root.ts";
import { sandboxOff } from "./sandbox-off.ts";
import { widePath } from "./wide-path.ts";

/** What a server can reach of the machine that it runs on. */
export const CONFINEMENT_RULES: readonly Rule[] = [
	widePath,
	credentialPath,
	containerSocket,
	privilegedContainer,
	runsAsRoot,
	sandboxOff,
	limitsOff,
	nativeSandbox,
	notLaunchedThroughSallyport,
	disguisedLauncher,
	forbiddenServer,
];
