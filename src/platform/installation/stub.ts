import { FIXED_NODES, OLDEST_NODE } from "../node.ts";
import { CLEARED, KEPT_NODE_OPTIONS } from "./cleared.ts";
import type { InstallationRecord } from "./record.ts";

/** Fails where a Node is too old. It is handed to `node -e`, so it must be understood by any. */
const VERSION_TEST = `const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > ${OLDEST_NODE[0]} || (a === ${OLDEST_NODE[0]} && b >= ${OLDEST_NODE[1]}) ? 0 : 1)`;

const REMEDY = `run: sallyport init, or in the editor the command "Sallyport: Set Up"`;

/**
 * The program that config files name: a small shell script that fixes the home, Node and the launcher by absolute path. The version of the
 * recorded Node was checked when it was recorded; what stands in for it is checked at every start.
 *
 * ELECTRON_RUN_AS_NODE is left as it comes for a plain Node, to which it means nothing and whose server may have been given it; an editor's
 * binary gets it in any case, or it would open a window.
 */
export function stubText(home: string, { program, node, electron }: Pick<InstallationRecord, "program" | "node" | "electron">): string {
	return `#!/bin/sh
# Starts Sallyport's launcher with nothing taken from the environment that could change what runs.
# Written by: sallyport init. What is changed here is overwritten, and sallyport doctor tells.
if [ -n "\${NODE_OPTIONS-}" ]; then
	${KEPT_NODE_OPTIONS}=$NODE_OPTIONS
	export ${KEPT_NODE_OPTIONS}
else
	unset ${KEPT_NODE_OPTIONS}
fi
unset ${CLEARED.join(" ")}
SALLYPORT_HOME=${quote(home)}
export SALLYPORT_HOME
# One arena of memory for all threads of the launcher, which has one that works: each keeps what its own once had.
MALLOC_ARENA_MAX=1
export MALLOC_ARENA_MAX
program=${quote(program)}
if [ ! -f "$program" ]; then
	printf '%s\\n' "sallyport: $program is gone. Where Sallyport is now, "${quote(REMEDY)} >&2
	exit 125
fi
recorded=${quote(node)}
if [ -f "$recorded" ] && [ -x "$recorded" ]; then exec "$recorded" "$program" "$@"; fi
others="no other was found"
is_new_enough() {
	[ -f "$1" ] && [ -x "$1" ] && "$1" -e ${quote(VERSION_TEST)} </dev/null >/dev/null 2>&1
}
${electron === null ? "" : electronBranch(electron)}for node in ${FIXED_NODES.map(quote).join(" ")}; do
	if is_new_enough "$node"; then exec "$node" "$program" "$@"; fi
	if [ -f "$node" ] && [ -x "$node" ]; then others="$node is too old"; fi
done
printf '%s\\n' "sallyport: $recorded, which ran the launcher, is gone, and $others. Install Node.js ${OLDEST_NODE.join(".")} or newer, and "${quote(REMEDY)} >&2
exit 125
`;
}

/** In a shell of its own first, so that a Node after it does not get the variable. */
function electronBranch(electron: string): string {
	return `editor=${quote(electron)}
if (export ELECTRON_RUN_AS_NODE=1; is_new_enough "$editor"); then
	export ELECTRON_RUN_AS_NODE=1
	exec "$editor" "$program" "$@"
fi
`;
}

/** A word for sh that means exactly this text. */
function quote(text: string): string {
	return `'${text.replaceAll("'", `'\\''`)}'`;
}
