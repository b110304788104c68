import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { onTestFinished } from "vitest";
import { createHome, type Home } from "../../../src/platform/home.ts";

/** A folder that is gone when the test is. */
export function temporaryFolder(): string {
	const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-test-")));
	onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** A home of the test's own, with an empty vault namespace. */
export function temporaryHome(): Home {
	const home = createHome(path.join(temporaryFolder(), "home"), { unattended: true });
	if (!home.ok) throw new Error(home.problem.message);
	return home.value;
}
