import { describe, expect, it } from "vitest";
import {
	coversTarget,
	type EgressGrant,
	egressGrantText,
	isMetadataAddress,
	narrowEgress,
	parseEgressGrant,
	parseTarget,
} from "../../../src/core/policy/egress.ts";
import { isSharedDomain } from "../../../src/core/policy/shared-domains.ts";

describe("an entry of egress", () => {
	it.each<[string, EgressGrant]>([
		["api.github.com:443", { host: "api.github.com", port: 443 }],
		["API.GitHub.com:443", { host: "api.github.com", port: 443 }],
		["127.1:80", { host: "127.0.0.1", port: 80 }],
		["[::1]:80", { host: "::1", port: 80 }],
		["*.example.com:443", { host: "example.com", port: 443, beneath: true }],
		["*.Example.COM:443", { host: "example.com", port: 443, beneath: true }],
		["db.internal:5432=10.0.3.7", { host: "db.internal", port: 5432, addresses: ["10.0.3.7"] }],
		["db.internal:5432=10.0.3.7,fd00::0:7,10.0.3.7", { host: "db.internal", port: 5432, addresses: ["10.0.3.7", "fd00::7"] }],
		["db.internal:5432=127.0.0.1", { host: "db.internal", port: 5432, addresses: ["127.0.0.1"] }],
	])("%s is understood", (text, grant) => {
		expect(parseEgressGrant(text)).toEqual(grant);
		expect(parseEgressGrant(egressGrantText(grant))).toEqual(grant);
	});

	it.each([
		"*:443",
		"*.com:443",
		"*.*.example.com:443",
		"a.*.example.com:443",
		"a*.example.com:443",
		"*example.com:443",
		"*.10.0.0.1:443",
		"*.0.0.1:443",
		"*.[::1]:443",
		"10.0.0.*:443",
		"**.example.com:443",
		"*.example.com",
		"*.example.com:*",
		"*.example.com:443=10.0.3.7",
		"db.internal:5432=",
		"db.internal:5432=10.0.3.7,",
		"db.internal:5432=10.0.3.0/24",
		"db.internal:5432=db.other",
		"db.internal:5432=10.3.7",
		"10.0.3.7:5432=10.0.3.8",
		"db.internal:5432=169.254.169.254",
		"db.internal:5432=10.0.3.7,169.254.169.254",
		"db.internal:5432=fd00:ec2::254",
		"db.internal:5432=fd00:ec2:0::254",
		"db.internal:5432=fe80::1",
		"db.internal:5432=::ffff:169.254.169.254",
		"db.internal:5432=::ffff:10.0.0.1",
		"db.internal:5432=168.63.129.16",
		`db.internal:5432=${Array.from({ length: 9 }, (_, i) => `10.0.0.${i}`).join()}`,
		`${"a.".repeat(500)}com:443`,
	])("%s is none", (text) => {
		expect(parseEgressGrant(text)).toBeNull();
	});

	it("costs no time that grows faster than its length", () => {
		for (const text of [
			`${"a".repeat(1_000_000)}:443`,
			`a:1=${"1,".repeat(500_000)}`,
			`*.${"a.".repeat(500_000)}:1`,
			"=".repeat(1_000_000),
		])
			expect(parseEgressGrant(text)).toBeNull();
	});
});

describe("a wildcard", () => {
	const grant = { host: "example.com", port: 443, beneath: true } as const;

	it.each(["a.example.com", "a.b.example.com", "r3---sn_1.example.com", "xn--bcher-kva.example.com"])("covers %s", (host) => {
		expect(coversTarget(grant, { host, port: 443 })).toBe(true);
	});

	it.each([
		"example.com",
		"evilexample.com",
		"example.com.evil.net",
		"a.example.org",
		".example.com.evil",
		"a..example.com",
		".example.com",
		"a$(id).example.com",
		'a"b.example.com',
		"-a.example.com",
		`${"a".repeat(64)}.example.com`,
		`${"a.".repeat(130)}example.com`,
	])("does not cover %s", (host) => {
		expect(coversTarget(grant, { host, port: 443 })).toBe(false);
	});

	it("covers its own port alone, and no address", () => {
		expect(coversTarget(grant, { host: "a.example.com", port: 80 })).toBe(false);
		expect(coversTarget({ ...grant, host: "0.1" }, { host: "10.0.0.1", port: 443 })).toBe(false);
	});
});

describe("a layer that narrows", () => {
	it.each([
		[["a.example.com:443"], ["A.EXAMPLE.com:443"], ["a.example.com:443"]],
		[["*.example.com:443"], ["a.example.com:443", "b.example.com:80"], ["a.example.com:443"]],
		[["a.example.com:443"], ["*.example.com:443"], ["a.example.com:443"]],
		[["example.com:443"], ["*.example.com:443"], []],
		[["*.example.com:443"], ["*.a.example.com:443"], ["*.a.example.com:443"]],
		[["*.a.example.com:443"], ["*.example.com:443"], ["*.a.example.com:443"]],
		[["*.example.com:443"], ["*.example.com:443"], ["*.example.com:443"]],
		[["*.example.com:443"], ["*.example.org:443"], []],
		[["db.internal:5432=10.0.3.7"], ["db.internal:5432"], []],
		[["db.internal:5432"], ["db.internal:5432=10.0.3.7"], []],
		[["db.internal:5432=10.0.3.7,10.0.3.8"], ["db.internal:5432=10.0.3.8,10.0.3.9"], ["db.internal:5432=10.0.3.8"]],
		[["db.internal:5432=10.0.3.7"], ["db.internal:5432=10.0.3.8"], []],
		[["db.internal:5432=10.0.3.7"], ["*.internal:5432"], []],
		[["a.example.com:443"], ["nonsense"], []],
		[["a.example.com:443"], [], []],
	])("leaves of %j within %j only %j", (granted, limit, left) => {
		expect(narrowEgress(granted, limit)).toEqual(left);
	});
});

describe("a domain beneath which anyone can have a name", () => {
	it.each([
		"com",
		"internal",
		"co.uk",
		"com.au",
		"gov.in",
		"go.jp",
		"github.io",
		"vercel.app",
		"workers.dev",
		"amazonaws.com",
		"s3.amazonaws.com",
		"s3.eu-west-1.amazonaws.com",
		"s3-eu-west-1.amazonaws.com",
		"execute-api.us-east-1.amazonaws.com",
		"lambda-url.us-east-1.on.aws",
		"blob.core.windows.net",
		"ngrok-free.app",
		"trycloudflare.com",
		"nip.io",
		"oast.fun",
	])("is told: %s", (host) => {
		expect(isSharedDomain(host)).toBe(true);
	});

	it.each(["example.com", "github.com", "api.github.com", "bbc.co.uk", "corp.example.com.au", "octocat.github.io", "t.co", "openai.com"])(
		"is not each domain: %s",
		(host) => {
			expect(isSharedDomain(host)).toBe(false);
		},
	);
});

describe("a metadata service's address", () => {
	it.each([
		"169.254.169.254",
		"169.254.170.2",
		"fd00:ec2::254",
		"fd20:ce::254",
		"100.100.100.200",
		"168.63.129.16",
		"192.0.0.192",
		"fe80::1",
	])("is known: %s", (address) => {
		expect(isMetadataAddress(parseTarget(`${address.includes(":") ? `[${address}]` : address}:1`)?.host ?? "")).toBe(true);
	});

	it.each(["10.0.3.7", "127.0.0.1", "8.8.8.8", "fd00::7"])("is not any other: %s", (address) => {
		expect(isMetadataAddress(address)).toBe(false);
	});
});
