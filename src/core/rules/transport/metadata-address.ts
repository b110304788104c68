import { entryHolds } from "../entry-texts.ts";
import { newFinding, type Rule } from "../finding.ts";
import { addressIn, isMetadata } from "./address.ts";
import { partSpan, remoteAddresses } from "./remote-addresses.ts";
import { valuesOf } from "./server-values.ts";

export const metadataAddress: Rule = {
	id: "metadata-address",
	title: "Address of a cloud's metadata service",
	help: "On a cloud machine this address answers with the credentials of the machine itself. No server of the model belongs there.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"A server's address, an argument or a variable that is the address of a cloud's metadata service: `169.254.169.254`, `169.254.170.2`, `metadata.google.internal` and the like. Lists of addresses to block are left alone.",
		matters:
			"Whatever program of a cloud machine asks there gets the keys of the machine's role, without a password. What it answers would go to the model, and from there to every tool that the model can call.",
		remedy: "Remove the address. A server that needs a cloud's API gets a role of its own with the rights that it needs.",
		example: {
			before: '"fetch": { "command": "fetch-server", "args": ["--base-url", "http://169.254.169.254/latest/meta-data/"] }',
			after: '"fetch": { "command": "fetch-server", "args": ["--base-url", "https://docs.example.com/"] }',
		},
	},
	mayConcern: (texts, server) =>
		server.kind === "http" ? HINT.test(server.url.value) || /[\t\n\r]/.test(server.url.value) : IN_ENTRY(texts),
	*checkServer(server, document) {
		const given = valuesOf(server).flatMap(({ name, word, keyPath }) => {
			// The variables by which the clouds' own libraries find the service.
			if (!HINT.test(word.text) || (name !== null && /^(?:AWS|ECS|EC2|IMDS|GCE|GCP|AZURE|MSI|IDENTITY)_/.test(name))) return [];
			const address = addressIn(word.text);
			return address === null ? [] : [{ word, address, keyPath }];
		});
		const told = new Set<unknown>();
		for (const { word, address, keyPath } of [...remoteAddresses(server), ...given]) {
			if (!isMetadata(address.host) || told.has(word.argument)) continue;
			told.add(word.argument);
			yield newFinding({
				ruleId: "metadata-address",
				severity: "warning",
				server: server.name.value,
				keyPath,
				span: partSpan(document, word, address.hostStart, address.hostEnd),
				message: "On a cloud machine this address hands out the machine's own credentials to whoever asks. Remove it.",
			});
		}
	},
};

/** A part of every such address. */
const HINT = /169|100\.100|ec2|metadata|0xa9|2852039166/i;
const HINTS: readonly string[] = ["169", "100.100", "ec2", "metadata", "0xa9", "2852039166"];
const IN_ENTRY = entryHolds({ launch: HINTS, names: null, values: HINTS });
