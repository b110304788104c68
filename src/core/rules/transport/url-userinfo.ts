import { detectSecrets } from "../../secrets/detector.ts";
import { newFinding, type Rule } from "../finding.ts";
import { hostInUserinfo } from "./disguised-host.ts";
import { mayLeadAway, partSpan, remoteAddresses } from "./remote-addresses.ts";

export const urlUserinfo: Rule = {
	id: "url-userinfo",
	title: "User in front of a server's address",
	help: "Hosts that are built on the web's own fetch refuse such an address. Send who you are in a header.",
	defaultSeverity: "info",
	documentation: {
		finds:
			"A user's name in front of a remote server's host (`https://me@…`). What is a credential there is told by *secret-in-url*, and what imitates a host by *disguised-host*.",
		matters:
			"The web's `fetch`, on which most hosts are built, refuses an address with a user in it, so the server does not start there. Where it does, the name is sent to the server and kept in its logs, and a reader may take it for the host.",
		remedy: "Remove it. What the server must know of you belongs into a header.",
		example: {
			before: '"search": { "url": "https://me@mcp.example.com/mcp" }',
			after: '"search": { "url": "https://mcp.example.com/mcp" }',
		},
	},
	mayConcern: (texts, server) => mayLeadAway(texts, server) && remoteAddresses(server).some(({ address }) => address.userinfo !== null),
	*checkServer(server, document) {
		for (const { word, address, keyPath } of remoteAddresses(server)) {
			const { userinfo } = address;
			if (userinfo === null || userinfo.start === userinfo.end) continue;
			const user = word.text.slice(userinfo.start, userinfo.end);
			// A password, a variable, a name that imitates a host: other rules' business.
			if (/[:${}<>%]/.test(user) || hostInUserinfo(user) !== null) continue;
			if (detectSecrets(null, word.text).some(({ start, end }) => start < userinfo.end && end > userinfo.start)) continue;
			yield newFinding({
				ruleId: "url-userinfo",
				severity: "info",
				server: server.name.value,
				keyPath,
				span: partSpan(document, word, userinfo.start, userinfo.end),
				message: "Most hosts refuse an address with a user in front of its host. Send who you are in a header.",
			});
		}
	},
};
