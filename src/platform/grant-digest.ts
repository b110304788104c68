import { grantText } from "../core/policy/grant-text.ts";
import type { Grant } from "../core/policy/layers.ts";
import { nodeCrypto } from "./node-crypto.ts";

/** Names what is granted, in the log. */
export function grantDigest(grant: Grant): string {
	return `sha256:${nodeCrypto().createHash("sha256").update(grantText(grant)).digest("hex")}`;
}
