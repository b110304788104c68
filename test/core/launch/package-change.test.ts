import { describe, expect, it } from "vitest";
import { packageChange } from "../../../src/core/launch/package-change.ts";

function pinned(...specs: readonly string[]) {
	return specs.map((spec) => {
		const [name = "", version = "", integrity] = spec.split(" ");
		return { name, version, integrity: integrity ?? `sha512-${name}-${version}` };
	});
}

const NOTHING = { added: [], removed: [], changed: [], replaced: [] };

describe("what is another one between two locks", () => {
	it("is nothing where they pin the same, in whatever order", () => {
		expect(packageChange(pinned("a 1", "b 2"), pinned("b 2", "a 1"))).toEqual(NOTHING);
	});

	it("is told by name, with every version that is there", () => {
		expect(packageChange(pinned("a 1", "a 2", "b 1", "gone 3"), pinned("a 1", "b 2", "new 1", "new 2"))).toEqual({
			added: [{ name: "new", versions: ["1", "2"] }],
			removed: [{ name: "gone", versions: ["3"] }],
			changed: [
				{ name: "a", from: ["1", "2"], to: ["1"] },
				{ name: "b", from: ["1"], to: ["2"] },
			],
			replaced: [],
		});
	});

	it("tells of other content under the same version", () => {
		expect(packageChange(pinned("a 1 sha512-x"), pinned("a 1 sha512-y"))).toEqual({ ...NOTHING, replaced: [{ name: "a", version: "1" }] });
	});

	it("takes a package that comes inside another one's archive as it is", () => {
		const bundled = [{ name: "a", version: "1", integrity: null }];
		expect(packageChange(bundled, bundled)).toEqual(NOTHING);
		expect(packageChange(bundled, pinned("a 1"))).toEqual(NOTHING);
	});

	it("is read by names alone, however they look", () => {
		expect(packageChange(pinned("__proto__ 1"), pinned("constructor 1"))).toEqual({
			...NOTHING,
			added: [{ name: "constructor", versions: ["1"] }],
			removed: [{ name: "__proto__", versions: ["1"] }],
		});
	});
});
