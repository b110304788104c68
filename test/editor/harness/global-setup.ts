import { ensureBuild } from "../../../src/setup/build.mjs";
import { ensureEditorHost } from "../../../src/setup/editor-host.mjs";
import { packageExtension } from "../../../src/setup/package.mjs";
import { ROOT } from "./editor-host.ts";

/** Before the first test of the editor: an editor, and the extension as it is built now, packaged. */
export default async function setup(): Promise<void> {
	await ensureBuild(ROOT);
	await packageExtension(ROOT);
	if (process.env.VSCODE_TEST_HOST !== "desktop") await ensureEditorHost(ROOT);
}
