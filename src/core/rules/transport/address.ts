/** The parts of a web address, by place alone: one that no parser would take is read, too. Places are those in the text that was given. */
export interface Address {
	/** In lower case: `https`. */
	readonly scheme: string;
	/** As programs compare it: in lower case, without brackets and without a full stop at the end. */
	readonly host: string;
	/** Where the host stands, its brackets included. */
	readonly hostStart: number;
	readonly hostEnd: number;
	/** What stands before the `@`; null: there is no `@`. */
	readonly userinfo: { readonly start: number; readonly end: number } | null;
	/** Null: none is named. */
	readonly port: number | null;
	/** Where the path begins, or what follows the host in its stead. */
	readonly pathStart: number;
}

const WEB = /^[\s\0-\x20]*(https?|wss?|sse):[/\\]*([^/\\?#]*)/i;

/** What whoever connects drops wherever it stands (WHATWG URL). */
const DROPPED = /[\t\n\r]/;

/** Null for a text that is no `http`, `https`, `ws`, `wss` or `sse` address. Tabs and line breaks count as not there. */
export function addressIn(text: string): Address | null {
	return DROPPED.test(text) ? throughBreaks(text) : readAddress(text);
}

function throughBreaks(text: string): Address | null {
	const kept: number[] = [];
	for (let i = 0; i < text.length; i++) if (!DROPPED.test(text.charAt(i))) kept.push(i);
	const address = readAddress(kept.map((i) => text.charAt(i)).join(""));
	if (address === null) return null;
	const at = (place: number): number => kept[place] ?? text.length;
	const { hostStart, hostEnd, userinfo, pathStart } = address;
	return {
		...address,
		hostStart: at(hostStart),
		hostEnd: hostEnd === 0 ? 0 : at(hostEnd - 1) + 1,
		userinfo: userinfo === null ? null : { start: at(userinfo.start), end: at(userinfo.end) },
		pathStart: at(pathStart),
	};
}

function readAddress(text: string): Address | null {
	const match = WEB.exec(text);
	if (match === null) return null;
	const [whole, scheme = "", authority = ""] = match;
	const start = whole.length - authority.length;
	const at = authority.lastIndexOf("@");
	const hostAndPort = authority.slice(at + 1);
	const port = /:(\d{0,5})$/.exec(hostAndPort);
	const raw = port === null ? hostAndPort : hostAndPort.slice(0, port.index);
	// No name is longer; a text that goes on like this is no address.
	if (raw.length > 255) return null;
	const hostStart = start + at + 1;
	return {
		scheme: scheme.toLowerCase(),
		host: raw
			.replace(/^\[([^\]]*)\]$/, "$1")
			.toLowerCase()
			.replace(/\.$/, ""),
		hostStart,
		hostEnd: hostStart + raw.length,
		userinfo: at < 0 ? null : { start, end: start + at },
		port: port?.[1] === undefined || port[1] === "" ? null : Number(port[1]),
		pathStart: whole.length,
	};
}

/** True for a host that stands for one: a variable, `<host>`, `YOUR_SERVER_IP`, `192.168.x.x`. Which machine it will be is not known. */
export function isPlaceholderHost(host: string): boolean {
	return (
		host === "" ||
		/[${}<>%…*]|\.\.\./.test(host) ||
		/^(?:your|enter|insert|replace)[_-]/i.test(host) ||
		/^(?:server|remote|host|target|machine|vps|public|private|local|lan|internal|external)?[_-]?(?:host|ip|address|hostname|domain|hostname_or_ip|host_or_ip)$/i.test(
			host,
		) ||
		/^(?:\d{1,3}\.){1,3}x{1,3}(?:\.|$)/i.test(host) ||
		/^x{1,3}(?:\.x{1,3}){3}$/i.test(host) ||
		/^[A-Z]+(?:_[A-Z]+)+$/.test(host)
	);
}

/** Names by which a container, or a virtual machine, calls the machine that it runs on. */
const OWN_MACHINE =
	/^(?:host\.(?:docker|containers|lima|minikube|rancher-desktop|orb)\.internal|(?:gateway|kubernetes)\.docker\.internal|docker\.for\.(?:mac|win)\.(?:localhost|host\.internal)|host\.docker\.local)$/;

/** True for an address of this machine itself. `0.0.0.0` is one when something connects to it. */
export function isLoopback(host: string): boolean {
	return (
		host === "localhost" ||
		host.endsWith(".localhost") ||
		host === "localhost.localdomain" ||
		host === "::" ||
		host === "0.0.0.0" ||
		/^(?:::ffff:)?127(?:\.\d{1,3}){1,3}$/.test(host) ||
		isIpv6Loopback(host) ||
		OWN_MACHINE.test(host)
	);
}

function isIpv6Loopback(host: string): boolean {
	return host.length <= 39 && /^[0:]*:0*1$/.test(host);
}

/** The four numbers of an IPv4 address; null for anything else. */
function ipv4(host: string): readonly number[] | null {
	if (!/^\d{1,3}(?:\.\d{1,3}){3}$/.test(host)) return null;
	const parts = host.split(".").map(Number);
	return parts.every((part) => part <= 255) ? parts : null;
}

/** Ends of names that only one network knows. */
const INNER_NAME = /\.(?:local|internal|intranet|lan|home|corp|private|localdomain|home\.arpa)$/;

/** True for an address that means something in one network alone; false for this machine itself. */
export function isPrivate(host: string): boolean {
	if (isLoopback(host)) return false;
	const parts = ipv4(host);
	if (parts !== null) {
		const [a = 0, b = 0] = parts;
		return (
			a === 10 ||
			(a === 172 && b >= 16 && b <= 31) ||
			(a === 192 && b === 168) ||
			(a === 169 && b === 254) ||
			(a === 100 && b >= 64 && b <= 127)
		);
	}
	if (host.includes(":")) return /^(?:f[cd][0-9a-f]{2}|fe[89ab][0-9a-f]):/.test(host);
	return INNER_NAME.test(host);
}

/** True for a name without a full stop: `jenkins`, as containers of one network call each other. */
export function isSingleLabel(host: string): boolean {
	return /^[a-z][a-z0-9-]*$/.test(host) && !isLoopback(host);
}

/** Where clouds hand the machine's own credentials to whoever asks on it. */
export function isMetadata(host: string): boolean {
	return /^(?:169\.254\.169\.254|169\.254\.170\.(?:2|23)|100\.100\.100\.200|fd00:ec2::(?:254|23)|metadata\.google\.internal|metadata\.goog|::ffff:169\.254\.169\.254|2852039166|0xa9fea9fe)$/.test(
		host,
	);
}
