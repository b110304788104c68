import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { delegatedGroup } from "../../../src/platform/sandbox/process-limit.ts";

/** A picture of the tree of control groups: folders with the files that decide. */
let tree: string;
beforeEach(() => {
	tree = mkdtempSync(path.join(os.tmpdir(), "groups-"));
});
afterEach(() => rmSync(tree, { recursive: true }));

function group(name: string, counts: string): void {
	mkdirSync(path.join(tree, name), { recursive: true });
	writeFileSync(path.join(tree, name, "cgroup.subtree_control"), `${counts}\n`);
	writeFileSync(path.join(tree, name, "cgroup.procs"), "");
}

const USER = "user.slice/user-1000.slice/user@1000.service";

it("finds the part of the tree that a desktop session hands to its programs", () => {
	for (const above of ["", "user.slice", "user.slice/user-1000.slice"]) group(above, "cpu memory pids");
	group(USER, "memory pids");
	group(`${USER}/app.slice`, "memory pids");
	group(`${USER}/app.slice/editor.scope`, "");
	expect(delegatedGroup(`0::/${USER}/app.slice/editor.scope\n`, tree)).toBe(path.join(tree, USER, "app.slice"));
});

it("goes up to where processes are counted, and takes nothing that counts memory alone", () => {
	group(USER, "memory pids");
	group(`${USER}/app.slice`, "memory");
	expect(delegatedGroup(`0::/${USER}/app.slice/editor.scope\n`, tree)).toBe(path.join(tree, USER));
});

it("has none where nothing was handed to this user, and on machines with separate trees", () => {
	group(USER, "memory");
	expect(delegatedGroup(`0::/${USER}/app.slice/editor.scope\n`, tree)).toBeNull();
	expect(delegatedGroup("9:pids:/user.slice\n8:memory:/\n", tree)).toBeNull();
	expect(delegatedGroup("0::/../../elsewhere\n", tree)).toBeNull();
	expect(delegatedGroup("", tree)).toBeNull();
});
