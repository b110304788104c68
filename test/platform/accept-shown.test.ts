import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, expect, it } from "vitest";
import { grantOf } from "../../src/core/policy/layers.ts";
import { lookAtProposal } from "../../src/platform/approval/accept.ts";
import { createHome } from "../../src/platform/home.ts";

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-shown-"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

it("accepts nothing of which it cannot show what differs", async () => {
	const home = createHome(path.join(folder, "home"), { unattended: true });
	if (!home.ok) throw new Error(home.problem.message);
	const server = {
		name: "it",
		config: "/project/.mcp.json",
		workspace: "/project",
		launch: { command: "node", args: [], cwd: null, env: {}, fingerprint: `sha256:${"a".repeat(64)}` },
	};
	const accepted = grantOf(server);
	if (accepted === null) throw new Error("no grant");
	const look = (asked: typeof accepted) =>
		lookAtProposal(home.value, { file: "/policy/it.jsonc", server, asked, accepted }, () => ({
			ok: false,
			problem: { code: "none", message: "none", remedy: "" },
		}));
	expect((await look({ ...accepted, egress: ["a.example:443"] })).refused).toBeNull();
	expect((await look({ ...accepted })).refused).toMatchObject({
		message: expect.stringContaining("cannot be shown"),
		remedy: expect.stringMatching(/^Take it out of \/policy\/it\.jsonc\..*: sallyport tools allow it$/),
	});
});
