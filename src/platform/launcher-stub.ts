import * as fs from "node:fs";
import * as path from "node:path";
import writeFileAtomic from "write-file-atomic";
import type { Home } from "./home.ts";

/** Variables that would run code in, or change the meaning of, the launcher: a host's file supplies its environment. */
const CLEARED: readonly string[] = [
	"NODE_OPTIONS",
	"NODE_PATH",
	"NODE_DEBUG",
	"NODE_DEBUG_NATIVE",
	"NODE_CHANNEL_FD",
	"NODE_CHANNEL_SERIALIZATION_MODE",
	"NODE_COMPILE_CACHE",
	"NODE_ICU_DATA",
	"NODE_PENDING_DEPRECATION",
	"NODE_PRESERVE_SYMLINKS",
	"NODE_PRESERVE_SYMLINKS_MAIN",
	"NODE_REDIRECT_WARNINGS",
	"NODE_REPL_EXTERNAL_MODULE",
	"NODE_REPL_HISTORY",
	"NODE_TEST_CONTEXT",
	"NODE_TLS_REJECT_UNAUTHORIZED",
	"NODE_UNIQUE_ID",
	"NODE_V8_COVERAGE",
	"OPENSSL_CONF",
	"OPENSSL_MODULES",
	"SSLKEYLOGFILE",
	"LD_PRELOAD",
	"LD_LIBRARY_PATH",
	"LD_AUDIT",
	"LD_BIND_NOT",
	"LD_DEBUG",
	"LD_DEBUG_OUTPUT",
	"LD_PROFILE",
	"LD_PROFILE_OUTPUT",
	"GLIBC_TUNABLES",
	"GCONV_PATH",
	"LOCPATH",
	"DYLD_INSERT_LIBRARIES",
	"DYLD_LIBRARY_PATH",
	"DYLD_FRAMEWORK_PATH",
	"DYLD_FALLBACK_LIBRARY_PATH",
	"BASH_ENV",
	"ENV",
	"IFS",
	"CDPATH",
];

/** True for a variable that never reaches the launcher, nor a server through it. */
export function isCleared(name: string): boolean {
	return CLEARED.includes(name) || /^(?:SALLYPORT_|LD_|DYLD_|BASH_FUNC_)/.test(name);
}

/** Where Node may be found when the recorded one is gone. Never the PATH: a host's file supplies that too. */
const NODE_FALLBACKS = ["/usr/local/bin/node", "/usr/bin/node", "/opt/homebrew/bin/node"];

/**
 * Writes the program that config files name: a small shell script that fixes the home, Node and the launcher by absolute path.
 *
 * @param node absolute path of the Node to run
 * @param program absolute path of the dispatcher
 */
export async function installStub(home: Home, node: string, program: string): Promise<string> {
	fs.mkdirSync(path.dirname(home.stub), { recursive: true, mode: 0o700 });
	await writeFileAtomic(home.stub, stubText(home.path, node, program), { mode: 0o700 });
	return home.stub;
}

export function stubText(home: string, node: string, program: string): string {
	return `#!/bin/sh
# Starts Sallyport's launcher with nothing taken from the environment that could change what runs.
# Written by: sallyport init
unset ${CLEARED.join(" ")}
SALLYPORT_HOME=${quote(home)}
export SALLYPORT_HOME
if [ ! -f ${quote(program)} ]; then
	echo "sallyport: "${quote(program)}" is gone. Where Sallyport is now, run: sallyport init" >&2
	exit 125
fi
for node in ${[node, ...NODE_FALLBACKS].map(quote).join(" ")}; do
	if [ -x "$node" ]; then exec "$node" ${quote(program)} "$@"; fi
done
echo "sallyport: no Node.js found; install Node.js 22.12 or newer and run: sallyport init" >&2
exit 125
`;
}

/** A word for sh that means exactly this text. */
function quote(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}
