import { once } from "node:events";
import { stripVTControlCharacters } from "node:util";
import { ok, type Result } from "../../core/result.ts";
import type { EgressNetwork } from "../sandbox/egress-network.ts";
import type { InstallDeps } from "./kind.ts";

/** A package manager's own program, in the sandbox in which it installs. */
export interface ConfinedInstall {
	readonly engine: InstallDeps["engine"];
	/** Absolute and real. */
	readonly command: string;
	readonly args: readonly string[];
	/** One of the empty folders that it may write. */
	readonly cwd: string;
	/** Whole: nothing of the person's own environment but what is named here. */
	readonly env: Readonly<Record<string, string>>;
	/** The program and what it reads. */
	readonly read: readonly string[];
	readonly write: readonly string[];
	/** `host:port` of the registries that the person configured, wherever they are: the only places it may connect to. */
	readonly egress: readonly string[];
	/** The proxy on the way there. Null or undefined: straight, or as the machine was set up to. */
	readonly network?: EgressNetwork | null;
	readonly timeoutMs: number;
}

export interface InstallEnd {
	/** Null: a signal ended it, or it never began. */
	readonly code: number | null;
	/** It was ended because its time was up. */
	readonly late: boolean;
	/** The end of what it said on stdout and stderr: a stranger's text, to be shown only after {@link redact}. */
	readonly output: string;
}

const KEPT_OUTPUT = 64 * 1024;

/** Runs it to its end. A Problem: it could not be confined. */
export async function runConfined({ engine, network, timeoutMs, ...program }: ConfinedInstall): Promise<Result<InstallEnd>> {
	const started = await engine(network ?? null).start({ ...program, hidden: [], hiddenNames: [], egressToPrivate: true, limits: {} });
	if (!started.ok) return started;
	const { child, dispose } = started.value;
	let output = "";
	for (const stream of [child.stdout, child.stderr])
		stream?.setEncoding("utf8").on("data", (chunk: string) => {
			output = (output + chunk).slice(-KEPT_OUTPUT);
		});
	child.stdin?.on("error", () => {}).end();
	let late = false;
	const timer = setTimeout(() => {
		late = true;
		child.kill("SIGKILL");
	}, timeoutMs);
	try {
		if (child.exitCode === null && child.signalCode === null) await once(child, "close");
	} catch {
		// A child that could not be started at all has no exit code, and is reported as that.
	} finally {
		clearTimeout(timer);
		await dispose();
	}
	return ok({ code: child.exitCode, late, output });
}

/**
 * Text of a package manager, and so of a registry, made safe to show: no control characters, no credentials.
 *
 * @param secrets values that must not stay, such as a registry's token
 */
export function redact(text: string, secrets: readonly string[]): string {
	let shown = stripVTControlCharacters(text);
	for (const secret of [...secrets].sort((a, b) => b.length - a.length)) shown = shown.replaceAll(secret, "[hidden]");
	return (
		shown
			.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, "$1")
			.replace(/(https?:\/\/[^\s?#]*)[?#]\S*/gi, "$1")
			.replace(
				/(_authToken|_auth|_password|password|token|authorization|bearer|basic)(["']?\s*[=:]?\s*)(["']?)[^\s"']{4,}/gi,
				"$1$2$3[hidden]",
			)
			.replace(/\bnpm_[A-Za-z0-9]{8,}/g, "[hidden]")
			// biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these are taken out
			.replace(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, "")
	);
}
