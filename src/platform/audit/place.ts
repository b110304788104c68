import { createHmac, createSecretKey } from "node:crypto";
import * as path from "node:path";
import type { Mac } from "../../core/audit/chain.ts";
import type { Home } from "../home.ts";

/** Where the logs of a home lie, one file a session. It may not be there yet. */
export function auditFolder(home: Pick<Home, "state">): string {
	return path.join(home.state, "audit");
}

/** Under a key of its own, so that no keyed code made for another purpose could be passed off as a record's. */
export function auditMac(home: Pick<Home, "key">): Mac {
	// As an object: Node would make one of the bytes each time, which takes longer than the rest.
	const key = createSecretKey(createHmac("sha256", home.key).update("sallyport audit log, version 1").digest());
	return (bytes) => createHmac("sha256", key).update(bytes).digest("hex");
}
