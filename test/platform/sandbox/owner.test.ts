import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { isLeftBehind, ownerTag } from "../../../src/platform/sandbox/owner.ts";

const ended = (): string => String(spawnSync("true").pid);

it("is left behind when its process has ended", () => {
	expect(isLeftBehind(`${ownerTag()}x`)).toBe(false);
	expect(isLeftBehind(`${ownerTag().replace(/^\d+/, ended())}x`)).toBe(true);
});

it("is another container's, and stays, whatever lives or ended here", () => {
	expect(isLeftBehind(`${ended()}-4026539999-x`)).toBe(false);
});

it.each(["", "x", `${ended()}-x`, "12", "-1-2-x"])("is nobody's that is called %j", (name) => {
	expect(isLeftBehind(name)).toBe(false);
});
