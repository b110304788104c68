/** One place on the network. `host` is lower-case ASCII without a trailing dot; an IPv6 address without its brackets. */
export interface EgressTarget {
	readonly host: string;
	readonly port: number;
}

/** One entry of a policy's `egress`. */
export interface EgressGrant extends EgressTarget {
	/** True: every name beneath `host`, however deep, and not `host` itself. Undefined: `host` alone. */
	readonly beneath?: true;
	/**
	 * The only addresses that the name may lead to, which need not be on the open internet. Undefined: those on the open internet. Never empty.
	 */
	readonly addresses?: readonly string[];
}

/** More addresses than one service has. */
const MOST_ADDRESSES = 8;

/** The longest grant that is read: a name (253), a port, and addresses. */
const LONGEST = 700;

/**
 * Reads `host:port` the way the URL standard does, so that `EXAMPLE.com.`, `0x7f.1` and their like compare as what they are.
 * Null for everything else: no port, a wildcard, user info, a path.
 */
export function parseTarget(text: string): EgressTarget | null {
	const parts = text.length > LONGEST ? null : /^(\[[0-9a-f:.]+\]|[^\s:/?#@\\[\]*%]+):(\d{1,5})$/i.exec(text);
	if (parts === null) return null;
	const port = Number(parts[2]);
	if (port < 1 || port > 65535) return null;
	const host =
		URL.parse(`http://${parts[1]}/`)
			?.hostname.replace(/^\[|\]$/g, "")
			.replace(/\.$/, "") ?? "";
	return host === "" ? null : { host, port };
}

/** True for a host that is an address and no name. As {@link parseTarget} gives it. */
export function isAddress(host: string): boolean {
	return host.includes(":") || /^[\d.]+$/.test(host);
}

/** `host:port`, which {@link parseTarget} reads. */
export function targetText({ host, port }: EgressTarget): string {
	return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/**
 * Reads one entry of `egress`: `api.example.com:443`, `*.example.com:443` for the names beneath, or `db.internal:5432=10.0.3.7,10.0.3.8` for a name
 * that leads to these addresses. Null for anything else: `*` alone, a wildcard elsewhere than in front, beneath an address or beneath
 * a name of one label, and addresses of metadata services.
 */
export function parseEgressGrant(text: string): EgressGrant | null {
	if (text.length > LONGEST) return null;
	const equals = text.indexOf("=");
	const place = equals < 0 ? text : text.slice(0, equals);
	if (!/^(?:\[[0-9A-Fa-f:.]+\]|(?:\*\.)?[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?):\d{1,5}$/.test(place)) return null;
	const beneath = place.startsWith("*.");
	const target = parseTarget(beneath ? place.slice(2) : place);
	if (target === null) return null;
	if (beneath) return equals < 0 && !isAddress(target.host) && target.host.includes(".") ? { ...target, beneath } : null;
	if (equals < 0) return target;
	const addresses = text
		.slice(equals + 1)
		.split(",")
		.map(parseAddress);
	const fitting = addresses.filter((address) => address !== null).filter((address) => !isMetadataAddress(address));
	if (isAddress(target.host) || addresses.length > MOST_ADDRESSES || fitting.length < addresses.length) return null;
	return { ...target, addresses: [...new Set(fitting)] };
}

/** In one spelling, so that two entries that mean the same are the same. */
export function egressGrantText(grant: EgressGrant): string {
	const { beneath, addresses } = grant;
	return `${beneath === true ? "*." : ""}${targetText(grant)}${addresses === undefined ? "" : `=${addresses.join(",")}`}`;
}

/** Whether a grant is for this place, whatever addresses it has. */
export function coversTarget(grant: EgressGrant, target: EgressTarget): boolean {
	if (grant.port !== target.port) return false;
	return grant.beneath === true ? isBeneath(target.host, grant.host) : grant.host === target.host;
}

/** Of a name that a server makes up, every part has to be one that a host can have: it is told to others, and written down. */
function isBeneath(name: string, domain: string): boolean {
	if (!name.endsWith(`.${domain}`) || name.length > 253 || isAddress(name)) return false;
	const labels = name.slice(0, -domain.length - 1).split(".");
	return labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label));
}

/** What both lists allow, in the words of the first where they mean the same. An entry that is none allows nothing. */
export function narrowEgress(granted: readonly string[], limit: readonly string[]): readonly string[] {
	const limits = limit.map(parseEgressGrant).filter((each) => each !== null);
	const narrowed = granted.flatMap((text) => {
		const grant = parseEgressGrant(text);
		return grant === null ? [] : limits.flatMap((each) => common(grant, text, each) ?? []);
	});
	return [...new Set(narrowed)];
}

function common(grant: EgressGrant, text: string, limit: EgressGrant): string | null {
	// Without addresses both mean the open internet; with addresses on one side alone there is nothing that both mean.
	if ((grant.addresses === undefined) !== (limit.addresses === undefined)) return null;
	if (grant.beneath !== true && coversTarget(limit, grant)) {
		const addresses = grant.addresses?.filter((address) => limit.addresses?.includes(address) === true);
		if (addresses === undefined || addresses.length === grant.addresses?.length) return text;
		return addresses.length === 0 ? null : egressGrantText({ ...grant, addresses });
	}
	if (grant.beneath !== true || grant.port !== limit.port) return null;
	if (limit.beneath === true && (limit.host === grant.host || grant.host.endsWith(`.${limit.host}`))) return text;
	return coversTarget(grant, limit) ? egressGrantText(limit) : null;
}

/** An address in its one spelling. Null: it is none. */
export function parseAddress(text: string): string | null {
	if (!/^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*)$/.test(text) || text.length > 45) return null;
	return parseTarget(`${text.includes(":") ? `[${text}]` : text}:1`)?.host ?? null;
}

/**
 * Where clouds hand out a machine's own credentials, beside the link-local addresses. No name may lead there, whatever is granted.
 * AWS, Google, Azure, Alibaba, Oracle.
 */
const METADATA: ReadonlySet<string> = new Set([
	"168.63.129.16",
	"100.100.100.200",
	"192.0.0.192",
	"fd00:ec2::254",
	"fd00:ec2::23",
	"fd20:ce::254",
]);

function isLinkLocal(address: string): boolean {
	return address.startsWith("169.254.") || /^fe[89ab][0-9a-f]:/.test(address) || /^(?:::ffff:|64:ff9b::)/.test(address);
}

/** True for an address at which a cloud's metadata service may be, and for what is translated into one. In its one spelling. */
export function isMetadataAddress(address: string): boolean {
	return METADATA.has(address) || isLinkLocal(address);
}
