import { describe, expect, it } from "vitest";
import { directLines, hostsLines } from "../../../src/platform/sandbox/direct-lines.ts";

const lines = (...targets: [string, number][]) =>
	directLines(
		targets.map(([host, port]) => ({ host, port })),
		3128,
		true,
	);

describe("lines to granted places that need no proxy", () => {
	it("give every name one address, and every port of it a line", () => {
		const made = lines(["db.test", 5432], ["api.test", 443], ["db.test", 5433]);
		expect(made.map(({ address, target }) => `${target.host} ${address} ${target.port}`)).toEqual([
			"db.test 127.77.0.1 5432",
			"api.test 127.77.0.2 443",
			"db.test 127.77.0.1 5433",
		]);
		expect(hostsLines(made)).toBe("127.77.0.1 db.test\n127.77.0.2 api.test\n");
	});

	it("leave literal addresses what they are", () => {
		const made = lines(
			["127.0.0.1", 5432],
			["127.0.0.1", 3128],
			["10.0.0.1", 443],
			["2001:db8::1", 443],
			["0.0.0.0", 80],
			["224.0.0.1", 80],
		);
		expect(made).toEqual([
			{ target: { host: "127.0.0.1", port: 5432 }, address: "127.0.0.1" },
			{ target: { host: "10.0.0.1", port: 443 }, address: "10.0.0.1", added: true },
		]);
		expect(hostsLines(made)).toBe("");
	});

	it("are not made for addresses of other networks where none can be added", () => {
		expect(directLines([{ host: "10.0.0.1", port: 443 }], 3128, false)).toEqual([]);
	});

	it("are not made for names beneath a wildcard, and once for a name that is granted twice", () => {
		const twice = directLines(
			[
				{ host: "a.test", port: 443 },
				{ host: "a.test", port: 443, addresses: ["10.0.0.1"] },
				{ host: "b.test", port: 443, beneath: true },
			],
			3128,
			true,
		);
		expect(twice).toEqual([{ target: { host: "a.test", port: 443 }, address: "127.77.0.1" }]);
	});

	it("end where the addresses do", () => {
		const made = lines(...Array.from({ length: 300 }, (_, i): [string, number] => [`host${i}.test`, 443]));
		expect(made.length).toBe(250);
		expect(new Set(made.map(({ address }) => address)).size).toBe(250);
	});
});
