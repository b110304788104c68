import type { Rule } from "../finding.ts";
import { deprecatedSse } from "./deprecated-sse.ts";
import { disguisedHost } from "./disguised-host.ts";
import { insecureUrl } from "./insecure-url.ts";
import { listensEverywhere } from "./listens-everywhere.ts";
import { metadataAddress } from "./metadata-address.ts";
import { privateAddress } from "./private-address.ts";
import { staticBearer } from "./static-bearer.ts";
import { temporaryAddress } from "./temporary-address.ts";
import { tlsOff } from "./tls-off.ts";
import { urlUserinfo } from "./url-userinfo.ts";
import { vulnerableBridge } from "./vulnerable-bridge.ts";

/** How a server is reached, and who else could be on the way. */
export const TRANSPORT_RULES: readonly Rule[] = [
	disguisedHost,
	insecureUrl,
	tlsOff,
	metadataAddress,
	vulnerableBridge,
	listensEverywhere,
	deprecatedSse,
	staticBearer,
	temporaryAddress,
	privateAddress,
	urlUserinfo,
];
