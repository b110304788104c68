import { BlockList, isIP } from "node:net";

/** Ranges that a server has no business in unless the grant names the address: IANA's special-purpose registries, and multicast. */
const RESERVED_V4: readonly (readonly [string, number])[] = [
	["0.0.0.0", 8],
	["10.0.0.0", 8],
	["100.64.0.0", 10],
	["127.0.0.0", 8],
	// Link-local, and the metadata services of the clouds.
	["169.254.0.0", 16],
	["172.16.0.0", 12],
	["192.0.0.0", 24],
	["192.0.2.0", 24],
	["192.31.196.0", 24],
	["192.52.193.0", 24],
	["192.88.99.0", 24],
	["192.168.0.0", 16],
	["192.175.48.0", 24],
	["198.18.0.0", 15],
	["198.51.100.0", 24],
	["203.0.113.0", 24],
	["224.0.0.0", 4],
	["240.0.0.0", 4],
	// Azure's and Alibaba's metadata services have addresses of the open internet.
	["168.63.129.16", 32],
	["100.100.100.200", 32],
];

/** The whole of today's unicast space of IPv6; what lies outside it is not the internet. */
const GLOBAL_V6: readonly [string, number] = ["2000::", 3];

const RESERVED_V6: readonly (readonly [string, number])[] = [
	// Teredo, benchmarking, ORCHID, and the rest of the protocol assignments.
	["2001::", 23],
	["2001:db8::", 32],
	// 6to4 carries an IPv4 address.
	["2002::", 16],
	["2620:4f:8000::", 48],
	["3fff::", 20],
];

const reserved = new BlockList();
for (const [net, prefix] of RESERVED_V4) reserved.addSubnet(net, prefix, "ipv4");
for (const [net, prefix] of RESERVED_V6) reserved.addSubnet(net, prefix, "ipv6");
const global6 = new BlockList();
global6.addSubnet(GLOBAL_V6[0], GLOBAL_V6[1], "ipv6");

/**
 * True for an address on the open internet. False for loopback, link-local, private, shared, mapped, translated, documentation,
 * multicast and metadata addresses, and for what is no address.
 */
export function isPublicAddress(address: string): boolean {
	switch (isIP(address)) {
		case 4:
			return !reserved.check(address, "ipv4");
		case 6:
			// Scoped addresses are local by definition.
			return !address.includes("%") && global6.check(address, "ipv6") && !reserved.check(address, "ipv6");
		default:
			return false;
	}
}
