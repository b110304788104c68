import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { World } from "../harness/world.ts";

const world = new World();
afterAll(() => world.remove());

it("a keychain that is gone after it kept a person's approvals starts nothing, and the person is told to open it", async () => {
	expect((await world.sallyport(["init"])).code).toBe(0);
	world.entry("mini");
	expect((await world.onTerminal(["tools", "allow", "mini", "echo"], "mini\n")).code).toBe(0);
	expect(await world.launch("mini")).toMatchObject({ code: 0 });
	// The session is over, and its bus with it.
	fs.rmSync(path.join(world.sallyportHome, "state", "approvals", "bus"));
	const env = { DBUS_SESSION_BUS_ADDRESS: undefined, XDG_RUNTIME_DIR: world.folder };
	const refused = { code: 125, stderr: expect.stringMatching(/no keychain is there now\. Open it/) };
	expect(await world.launch("mini", [], { env })).toMatchObject(refused);
	expect(await world.sallyport(["policy", "accept"], { env })).toMatchObject({ code: 2, stderr: expect.stringContaining("Open it") });
	expect(await world.launch("mini")).toMatchObject({ code: 0 });
});
