/**
 * Domains beneath which anyone can have a name, as far as people would write a wildcard for one. The whole list is the Public Suffix List's, with
 * ten thousand rows; it is asked for at approval alone, where a person looks at the name too. Two labels of a country are told by their
 * form (`co.uk`, `com.au`), so the rows here are those that the form does not tell.
 */
const SHARED: readonly string[] = [
	// Pages and programs of anyone.
	..."github.io gitlab.io bitbucket.io githubusercontent.com pages.dev workers.dev r2.dev vercel.app now.sh netlify.app netlify.com".split(
		" ",
	),
	..."herokuapp.com herokussl.com fly.dev onrender.com render.com railway.app up.railway.app deno.dev deno.net surge.sh glitch.me".split(
		" ",
	),
	..."replit.app repl.co replit.dev web.app firebaseapp.com firebaseio.com appspot.com run.app cloudfunctions.net withgoogle.com".split(
		" ",
	),
	..."blogspot.com wordpress.com tumblr.com wixsite.com weebly.com squarespace.com webflow.io framer.app notion.site myshopify.com".split(
		" ",
	),
	..."hf.space streamlit.app gradio.live lovable.app bolt.host v0.app codesandbox.io csb.app stackblitz.io webcontainer.io".split(" "),
	..."readthedocs.io translate.goog googleusercontent.com azurestaticapps.net azurewebsites.net azurecontainerapps.io".split(" "),
	..."cloudapp.azure.com cloudapp.net azure-api.net azurefd.net azureedge.net trafficmanager.net windows.net".split(" "),
	..."blob.core.windows.net file.core.windows.net queue.core.windows.net table.core.windows.net web.core.windows.net".split(" "),
	..."amazonaws.com s3.amazonaws.com cloudfront.net elasticbeanstalk.com awsapprunner.com amplifyapp.com on.aws awsglobalaccelerator.com".split(
		" ",
	),
	..."digitaloceanspaces.com ondigitalocean.app cdn.digitaloceanspaces.com backblazeb2.com wasabisys.com linodeobjects.com".split(" "),
	..."b-cdn.net fastly.net edgecompute.app akamaihd.net akamaized.net edgekey.net edgesuite.net kinsta.app supabase.co".split(" "),
	..."pythonanywhere.com onthewifi.com stackhero-network.com gitbook.io atlassian.net zendesk.com sharepoint.com".split(" "),
	// Tunnels to anyone's machine, and names that anyone can point anywhere.
	..."ngrok.io ngrok.app ngrok.dev ngrok-free.app ngrok-free.dev trycloudflare.com cfargotunnel.com loca.lt localtunnel.me".split(" "),
	..."serveo.net lhr.life localhost.run pagekite.me bore.pub tunnelmole.net devtunnels.ms githubpreview.dev app.github.dev".split(" "),
	..."github.dev gitpod.io ts.net nip.io sslip.io xip.io localtest.me lvh.me traefik.me duckdns.org no-ip.org ddns.net".split(" "),
	..."dyndns.org hopto.org zapto.org sytes.net freeddns.org afraid.org mooo.com dynu.net eu.org".split(" "),
	// Where what is asked for is shown to whoever made the name: the outgoing channel itself.
	..."oast.fun oast.live oast.me oast.online oast.pro oast.site interact.sh burpcollaborator.net oastify.com requestbin.net".split(" "),
	..."pipedream.net webhook.site dnslog.cn ceye.io canarytokens.com requestcatcher.com beeceptor.com".split(" "),
	// Second levels of the old domains, and of countries in other words than the usual.
	..."uk.com us.com eu.com de.com gb.net co.com com.de br.com cn.com jpn.com za.com ru.com sa.com in.net jp.net uk.net".split(" "),
];

const shared: ReadonlySet<string> = new Set(SHARED);

/** Second levels under which countries give names to anyone: `co.uk`, `com.au`, `gov.in`, `go.jp`. */
const SECOND_LEVELS: ReadonlySet<string> = new Set(
	"ac co com edu ed go gob gov govt gouv gub gen geek id idf in info int k12 kiwi lg ltd maori me med mil muni ne net nhs nic nom ngo or org plc police pro res sch school tm web asn adv art biz blog eco firm ind jor mus odo rec srv tur vet wiki club ebiz game idv iwi".split(
		" ",
	),
);

/** Regions of Amazon's storage and of its other shared names: `s3.eu-west-1.amazonaws.com`. */
const AMAZON =
	/(?:^|\.)(?:s3|execute-api|lambda-url|elb|s3-website|s3-accelerate)(?:[.-][a-z0-9-]{1,40}){0,2}\.(?:amazonaws\.com|on\.aws)$/;

/**
 * True where anyone can have a name beneath this one, so that a grant for every such name would be a grant for anyone: top-level domains,
 * public suffixes, hosting, tunnels. As far as is known: false is no promise.
 *
 * @param host lower-case ASCII
 */
export function isSharedDomain(host: string): boolean {
	const labels = host.split(".");
	const [second = "", top = ""] = labels.slice(-2);
	if (labels.length < 2 || shared.has(host) || AMAZON.test(host)) return true;
	return labels.length === 2 && top.length === 2 && SECOND_LEVELS.has(second);
}
