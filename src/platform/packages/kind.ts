import type { PackageRegistry } from "../../core/launch/package-launch.ts";
import type { Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import type { EgressNetwork } from "../sandbox/egress-network.ts";
import type { SandboxEngine } from "../sandbox/engine.ts";
import type { StoredPackage } from "./store.ts";

/** What it takes to install a package. */
export interface InstallDeps {
	readonly home: Home;
	/** Confines the installation. Its connections go through what it is given; null: straight, or as the machine was set up to. */
	readonly engine: (network: EgressNetwork | null) => SandboxEngine;
	/** Real path of the Node that runs npm and npm's packages. */
	readonly node: string;
	/** The person's environment: HOME, PATH, certificates, proxies. */
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Folders whose programs are never taken: the workspace. */
	readonly untrusted: readonly string[];
	/** One line for a person. */
	readonly onProgress: (line: string) => void;
	/** Milliseconds; undefined: ten minutes. */
	readonly timeoutMs?: number;
}

/** How a package of the store is started: the runtime, then `argv`, then the line's own arguments. */
export interface PackageRun {
	/** The program that runs it. Null: the Node of the installation; `bun`: the Bun of the person's PATH. */
	readonly runtime:
		| {
				/** Real path: hashed at approval and at every launch. */
				readonly path: string;
				/** What is executed: that path, or a link to it that means something. */
				readonly startedAs: string;
		  }
		| "bun"
		| null;
	readonly argv: readonly string[];
	/** What of the package is started: absolute, inside the package's folder. A part of the fingerprint. */
	readonly bin: string;
	/** What it reads beyond the package's folder and the runtime's own file; absolute and real. Empty: nothing. */
	readonly roots: readonly string[];
}

/** A package that is in the store, and how one launch line starts it. */
export interface ReadyPackage extends StoredPackage {
	readonly run: PackageRun;
}

/** One launch line that installs a package, in the hands of the registry that knows how. */
export interface PackageWork {
	readonly registry: PackageRegistry;
	/** What the line says of the package, for people: `name@range`. */
	readonly label: string;
	/** Two lines with the same key mean the same package and the same start, but for the server's own arguments. */
	readonly key: string;
	/** Installs it into the store, confined, running no code of it; what is there already is used as it is. */
	install(deps: InstallDeps): Promise<Result<StoredPackage>>;
	/** How this line starts what is in the store. Reads the disk, runs nothing, needs no network. */
	run(stored: StoredPackage): Result<PackageRun>;
}
