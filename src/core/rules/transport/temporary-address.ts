import { newFinding, type Rule } from "../finding.ts";
import { hostSpan, mayLeadAway, remoteAddresses } from "./remote-addresses.ts";

export const temporaryAddress: Rule = {
	id: "temporary-address",
	title: "Address of a tunnel or a link shortener",
	help: "Such an address can belong to somebody else tomorrow, who then speaks to the model. Use the server's own address.",
	defaultSeverity: "info",
	documentation: {
		finds:
			"A remote server that is reached through a tunnel for developers (ngrok, Cloudflare's quick tunnels, localtunnel, dev tunnels and the like) or through a link shortener.",
		matters:
			"The name of such a tunnel is given out again when it ends, and a short link leads wherever its owner points it. The file stays, and whoever gets the name next receives the headers with their tokens and says to the model what they like.",
		remedy:
			"Use an address under a domain that the server's operator owns. Keep a tunnel for trying things out, in your own per-user file.",
		example: {
			before: '"shop": { "url": "https://ab12-203-0-113-7.ngrok-free.app/mcp" }',
			after: '"shop": { "url": "https://mcp.example.com/mcp" }',
		},
	},
	mayConcern: (texts, server) => mayLeadAway(texts, server) && remoteAddresses(server).some(({ address }) => kindOf(address.host) !== null),
	*checkServer(server, document) {
		for (const remote of remoteAddresses(server)) {
			const kind = kindOf(remote.address.host);
			if (kind === null) continue;
			yield newFinding({
				ruleId: "temporary-address",
				severity: "info",
				server: server.name.value,
				keyPath: remote.keyPath,
				span: hostSpan(document, remote),
				message: `This is the address of a ${kind}, which can lead to somebody else tomorrow. Use the server's own address.`,
			});
		}
	},
};

const TUNNELS: readonly string[] = [
	"ngrok.io",
	"ngrok.app",
	"ngrok.dev",
	"ngrok-free.app",
	"ngrok-free.dev",
	"trycloudflare.com",
	"loca.lt",
	"localtunnel.me",
	"localhost.run",
	"lhr.life",
	"lhr.rocks",
	"serveo.net",
	"serveousercontent.com",
	"devtunnels.ms",
	"pinggy.link",
	"pinggy.io",
	"pinggy.online",
	"bore.pub",
	"telebit.io",
	"tunnelmole.net",
	"localxpose.io",
	"loclx.io",
	"zrok.io",
	"pagekite.me",
	"webhook.site",
	"requestbin.net",
	"pipedream.net",
	"beeceptor.com",
];
const SHORTENERS: ReadonlySet<string> = new Set([
	"bit.ly",
	"tinyurl.com",
	"t.co",
	"goo.gl",
	"is.gd",
	"v.gd",
	"ow.ly",
	"buff.ly",
	"rebrand.ly",
	"cutt.ly",
	"shorturl.at",
	"rb.gy",
	"t.ly",
	"tiny.cc",
	"s.id",
	"lnkd.in",
]);

function kindOf(host: string): string | null {
	if (SHORTENERS.has(host)) return "link shortener";
	const isTunnel = TUNNELS.some(
		(domain) => host.endsWith(domain) && (host.length === domain.length || host.at(-domain.length - 1) === "."),
	);
	return isTunnel ? "tunnel" : null;
}
