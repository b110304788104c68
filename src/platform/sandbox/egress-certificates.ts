import * as fs from "node:fs";
import * as path from "node:path";
import type { EgressNetwork } from "./egress-network.ts";
import { systemCertificates } from "./egress-upstream.ts";

/** Where the server finds them. */
export const CERTIFICATES_FOLDER = "/etc/sallyport";

/** Programs add these to what they trust, … */
const ADDED = ["NODE_EXTRA_CA_CERTS", "DENO_CERT"];

/** … and these are all that they trust. */
const WHOLE = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE", "PIP_CERT"];

const OWN_FILE = "certificates.pem";
const ALL_FILE = "all-certificates.pem";

/**
 * Makes a server trust the person's own certificates beside the system's.
 *
 * @param network undefined: the system's alone, and nothing has to be told
 * @param folder where files are written that the sandbox shows
 * @returns the sandbox's options, and the variables by which programs find the files
 */
export function certificateFiles(
	network: Pick<EgressNetwork, "certificates" | "systemForNode"> | undefined,
	folder: string,
): { readonly options: readonly string[]; readonly env: Readonly<Record<string, string>> } {
	const { certificates = "", systemForNode = false } = network ?? {};
	const hasOwn = certificates !== "";
	if (!hasOwn && !systemForNode) return { options: [], env: {} };
	const files = { [OWN_FILE]: certificates, [ALL_FILE]: `${systemCertificates().trimEnd()}\n${certificates}` };
	const options = Object.entries(files).flatMap(([name, content]) => {
		const file = path.join(folder, name);
		fs.writeFileSync(file, content, { mode: 0o444 });
		return ["--ro-bind", file, `${CERTIFICATES_FOLDER}/${name}`];
	});
	const names = [
		...ADDED.map((name) => [name, `${CERTIFICATES_FOLDER}/${systemForNode ? ALL_FILE : OWN_FILE}`] as const),
		...(hasOwn ? WHOLE : []).map((name) => [name, `${CERTIFICATES_FOLDER}/${ALL_FILE}`] as const),
	];
	return { options, env: Object.fromEntries(names) };
}
