import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { whyBlocked } from "../../../src/platform/sandbox/blocked.ts";

let root: string;

beforeEach(() => {
	root = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "blocked-")));
	for (const each of ["home/.ssh/known_hosts", "project/src/a.ts", "project/docs/a.md", "project/docs/package.json", "project/docs/.env"]) {
		fs.mkdirSync(path.dirname(path.join(root, each)), { recursive: true });
		fs.writeFileSync(path.join(root, each), "x");
	}
});
afterEach(() => fs.rmSync(root, { recursive: true, force: true }));

/** `reason path`, relative to the root; null: the sandbox is not why. */
function why(relative: string, access: "read" | "write", denied = false, making = false): string | null {
	const at = /^[./]/.test(relative) ? relative : path.join(root, relative);
	const granted = { read: [], write: [path.join(root, "project/docs")], cwd: path.join(root, "project") };
	const options = { home: path.join(root, "home"), sallyportHome: path.join(root, "home/.sallyport") };
	const blocked = whyBlocked({ path: at, access, denied, making }, granted, options);
	return blocked === null ? null : `${blocked.reason} ${path.relative(root, blocked.path)}`;
}

it("is the sandbox for what is there and not granted", () => {
	expect(why("project/src/a.ts", "read")).toBe("not-granted project/src/a.ts");
	expect(why("project/docs/../src", "read")).toBe("not-granted project/src");
	expect(why("project/src/a.ts", "write", true)).toBe("not-granted project/src/a.ts");
});

it("proposes the folder for a file that is to be made", () => {
	expect(why("project/src/new.ts", "write", true)).toBe("not-granted project/src");
});

it("proposes the folder where a file may have been made that it cannot see", () => {
	expect(why("project/src/new.ts", "read", false, true)).toBe("absent project/src");
	expect(why("project/src/new.ts", "read")).toBeNull();
	expect(why("project/src/nowhere/new.ts", "read", false, true)).toBeNull();
	expect(why("project/docs/new.md", "read", false, true)).toBeNull();
	expect(why("home/.ssh/new", "read", false, true)).toBeNull();
	expect(why("project/src/package.json", "read", false, true)).toBeNull();
});

it("takes a relative path to be in the folder that the server works in", () => {
	expect(why("./src/a.ts", "read")).toBe("not-granted project/src/a.ts");
	expect(why("./src/new.ts", "read", false, true)).toBe("absent project/src");
	expect(why("./nowhere.ts", "read")).toBeNull();
});

it("proposes nothing that no one may grant", () => {
	expect(why("home/.ssh/known_hosts", "read")).toBe("protected home/.ssh/known_hosts");
	expect(why("project/docs/.env", "read")).toBe("protected project/docs/.env");
	expect(why("home", "read")).toBe("protected home");
	expect(why("/etc/shadow", "read", true)).toMatch(/^protected /);
});

it("is not the sandbox for what is not there, is granted, or is the server's own", () => {
	expect(why("project/src/nowhere.ts", "read")).toBeNull();
	expect(why("nowhere/at/all.ts", "write", true)).toBeNull();
	expect(why("project/docs/a.md", "read", true)).toBeNull();
	expect(why("project/docs/a.md", "write", true)).toBeNull();
	for (const own of ["/home/sallyport/x", "/usr/lib/x", "/proc/1/x", "/dev/kmsg"]) expect(why(own, "read", true)).toBeNull();
});
