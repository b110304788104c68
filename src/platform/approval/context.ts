import type { MarkOptions } from "../acceptance/mark.ts";
import type { Home } from "../home.ts";
import type { Vaults } from "../vault/index.ts";

/** Where a person approves, and what it takes to find the code behind a launch line. */
export interface ApprovalContext {
	readonly home: Home;
	/** The person's home folder. */
	readonly userHome: string;
	/** The person's own environment: never a workspace's. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Absolute path of the Node that runs packages. A part of the fingerprint. */
	readonly node: string;
	/** Told what takes long, a line each. */
	readonly onProgress: (text: string) => void;
	/** How a person can be asked to open the vault that says what was accepted. Undefined: nobody is asked. */
	readonly approvals?: MarkOptions;
	/** Opened when a secret is needed, and closed right after. */
	readonly openVaults: () => Vaults;
}
