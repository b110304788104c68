// Started by fix-crash.test.ts: fixes FILE with the vault SCHEME of HOME, and kills itself at the N-th step. Prints the steps that it reached.
import { writeSync } from "node:fs";
import { fixFile } from "../../src/platform/fix.ts";
import { openHome } from "../../src/platform/home.ts";
import { openVault } from "../../src/platform/vault/index.ts";
import { analyse } from "./fix-support.ts";

const [file = "", scheme, where = "", killAt] = process.argv.slice(2);
const home = openHome(where);
if (!home.ok || (scheme !== "keychain" && scheme !== "sealed")) throw new Error("usage");
let count = 0;
const fixed = await fixFile({
	file,
	analyse,
	scheme,
	vault: openVault(scheme, home.value),
	wrappingOf: ({ name }) => ({ launcher: "/l/bin/sallyport", name: name.value, workspace: null }),
	server: null,
	hints: false,
	onStep: (step) => {
		writeSync(1, `${step}\n`);
		if (++count === Number(killAt)) process.kill(process.pid, "SIGKILL");
	},
});
if (!fixed.ok) throw new Error(fixed.problem.message);
