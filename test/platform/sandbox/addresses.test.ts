import { expect, it } from "vitest";
import { isPublicAddress } from "../../../src/platform/sandbox/addresses.ts";

it.each(["1.1.1.1", "8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001:80b::200e"])(
	"%s is on the open internet",
	(address) => {
		expect(isPublicAddress(address)).toBe(true);
	},
);

it.each([
	["loopback", "127.0.0.1", "127.255.255.254", "::1"],
	["unspecified", "0.0.0.0", "0.1.2.3", "::"],
	["private", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"],
	["shared by a carrier", "100.64.0.1", "100.127.255.255"],
	["link-local and metadata", "169.254.169.254", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "168.63.129.16", "100.100.100.200"],
	[
		"mapped, compatible or translated",
		"::ffff:127.0.0.1",
		"::ffff:8.8.8.8",
		"::127.0.0.1",
		"64:ff9b::8.8.8.8",
		"64:ff9b:1::1",
		"2002:7f00:1::",
		"2001:0:1::",
	],
	["multicast, broadcast or reserved", "224.0.0.1", "239.1.1.1", "255.255.255.255", "240.0.0.1", "ff02::1"],
	["documentation and tests", "192.0.2.1", "198.51.100.1", "203.0.113.1", "198.18.0.1", "2001:db8::1", "3fff::1"],
	["no address", "example.com", "", "1.2.3", "1.2.3.4.5", "0x7f.1"],
])("is not: %s", (_title, ...addresses) => {
	for (const address of addresses) expect(isPublicAddress(address), address).toBe(false);
});
