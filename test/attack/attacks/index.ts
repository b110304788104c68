import type { Attack } from "../attack.ts";
import { EGRESS } from "./egress.ts";
import { EXHAUSTION } from "./exhaustion.ts";
import { KERNEL } from "./kernel.ts";
import { NEIGHBOURS } from "./neighbours.ts";
import { NETWORK } from "./network.ts";
import { PROCESSES } from "./processes.ts";
import { READING } from "./reading.ts";
import { SCREEN } from "./screen.ts";
import { SOCKETS } from "./sockets.ts";
import { STAYING } from "./staying.ts";
import { WRITING } from "./writing.ts";

export const ATTACKS: readonly Attack[] = [
	...READING,
	...WRITING,
	...NETWORK,
	...SOCKETS,
	...EGRESS,
	...KERNEL,
	...PROCESSES,
	...EXHAUSTION,
	...STAYING,
	...NEIGHBOURS,
	...SCREEN,
];

/** One or a few of each kind: what the tests run every time. */
const SHORT: ReadonlySet<string> = new Set([
	"read-ssh-key",
	"read-sallyport-policy",
	"read-project-env",
	"read-project-denied-by-glob",
	"read-symlink-new",
	"read-hardlink-old",
	"read-proc-parents",
	"read-late-env",
	"read-replaced-env",
	"read-inherited-folder",
	"read-by-handle",
	"read-launcher-environment",
	"write-existing-git-hooks-pre-commit",
	"write-absent-vscode-tasks-json",
	"write-rename-folder-into-place",
	"write-link-into-place",
	"write-old-hardlink",
	"write-after-host-replaced-it",
	"write-setuid-program",
	"write-home-npx-cache",
	"write-own-program",
	"write-sallyport-policy",
	"write-read-only-append",
	"tcp-loopback-v4",
	"tcp-metadata",
	"dns-system",
	"udp-v4",
	"unix-session-bus",
	"unix-docker-sock",
	"unix-abstract",
	"unix-in-granted-folder",
	"sysv-shared-memory",
	"egress-literal-mapped",
	"egress-name-metadata-connect",
	"egress-name-rebinding-http",
	"egress-host-header",
	"egress-sni-in-parts",
	"egress-tunnel-host-header",
	"egress-socks",
	"egress-name-with-address-to-metadata-connect",
	"egress-wildcard-line-other-host",
	"egress-wildcard-names",
	"egress-redirect",
	"open-core-pattern",
	"io-uring",
	"keyring",
	"core-handler",
	"namespace-user",
	"clone-user-namespace",
	"calls-of-32-bit",
	"setuid-program",
	"trace-other",
	"kill-other",
	"fork-bomb",
	"fill-shm",
	"stay-ignoring-signals-launcher-killed",
	"stay-with-network",
	"neighbours-shm",
	"terminal-clipboard",
	"endless-line-stderr",
	"type-into-terminal",
]);

export const SHORT_ATTACKS: readonly Attack[] = ATTACKS.filter(({ name }) => SHORT.has(name));
if (SHORT_ATTACKS.length !== SHORT.size) throw new Error("a name in the short list is no attack");
