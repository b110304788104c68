import { domainToASCII } from "node:url";
import { describe, expect, test } from "vitest";
import {
	addressIn,
	isLoopback,
	isMetadata,
	isPlaceholderHost,
	isPrivate,
	isSingleLabel,
} from "../../../src/core/rules/transport/address.ts";
import { decodePunycode } from "../../../src/core/rules/transport/punycode.ts";

describe("an address is read by place", () => {
	test.each([
		["https://mcp.example.com/mcp", "mcp.example.com", null],
		["HTTPS://MCP.Example.com.:8443/mcp", "mcp.example.com", 8443],
		["http:\\\\mcp.example.com\\mcp", "mcp.example.com", null],
		["http://me:word@[fd00::1]:80?x=@y", "fd00::1", 80],
		["wss://a@b@mcp.example.com", "mcp.example.com", null],
		["  http:mcp.example.com", "mcp.example.com", null],
	])("%s", (text, host, port) => {
		const address = addressIn(text);
		expect(address).toMatchObject({ host, port });
		expect(text.slice(address?.hostStart, address?.hostEnd).toLowerCase()).toContain(host);
	});

	test.each(["mcp.example.com", "ftp://example.com", "x http://example.com", "", "--url=http://example.com"])("%s is none", (text) => {
		expect(addressIn(text)).toBeNull();
	});

	test("says where a user stands", () => {
		const text = "https://mcp.linear.app@example.net/";
		const { userinfo } = addressIn(text) ?? {};
		expect(text.slice(userinfo?.start, userinfo?.end)).toBe("mcp.linear.app");
	});
});

test("this machine, a private network, and the rest of the world are told apart", () => {
	const own = ["localhost", "a.localhost", "127.0.0.1", "127.1", "::1", "0:0:0:0:0:0:0:1", "0.0.0.0", "host.docker.internal"];
	const inner = [
		"10.0.0.1",
		"172.16.0.1",
		"172.31.255.255",
		"192.168.1.20",
		"169.254.1.1",
		"100.64.0.1",
		"fd12:3456::1",
		"fe80::1",
		"nas.local",
		"tools.corp",
	];
	const outer = [
		"172.32.0.1",
		"172.15.0.1",
		"11.0.0.1",
		"100.128.0.1",
		"8.8.8.8",
		"999.168.1.1",
		"2001:db8::1",
		"mcp.example.com",
		"localhost.example.com",
	];
	for (const host of own) expect([host, isLoopback(host), isPrivate(host)]).toEqual([host, true, false]);
	for (const host of inner) expect([host, isLoopback(host), isPrivate(host)]).toEqual([host, false, true]);
	for (const host of outer) expect([host, isLoopback(host), isPrivate(host)]).toEqual([host, false, false]);
	expect(["jenkins", "my-db", "localhost", "example.com", "10"].filter(isSingleLabel)).toEqual(["jenkins", "my-db"]);
	expect(["169.254.169.254", "metadata.google.internal", "169.254.1.1"].filter(isMetadata)).toEqual([
		"169.254.169.254",
		"metadata.google.internal",
	]);
});

test("what stands for a host is no host", () => {
	const placeholders = [
		"<SERVER_HOST>",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: a host's own variable
		"${HOST}",
		"%HOST%",
		"YOUR_SERVER_IP",
		"your-kali-host",
		"SERVER_IP",
		"192.168.x.x",
		"xxx.xxx.xxx.xxx",
		"server-ip",
		"",
	];
	const hosts = ["mcp.example.com", "build-server", "my-company.example", "10.0.0.44", "x.com", "host.example.com"];
	expect(placeholders.filter((host) => !isPlaceholderHost(host))).toEqual([]);
	expect(hosts.filter(isPlaceholderHost)).toEqual([]);
});

test("a label is decoded as programs encode it, and a broken one is none", () => {
	for (const label of ["nоtion", "東京tower", "bücher", "münchen-ost", "пример", "日本語", "ab-cd-é", "💩x", "-ü"])
		expect(decodePunycode(domainToASCII(`${label}.example`).split(".")[0]?.slice("xn--".length) ?? "")).toBe(label);
	for (const broken of ["-", "999999999999", "zzzzzzzzzzzzzzzzzzzzzzzzz", "a".repeat(64), "é"]) expect(decodePunycode(broken)).toBeNull();
});
