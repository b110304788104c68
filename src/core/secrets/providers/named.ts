import { credentialId } from "./format.ts";

/**
 * Credentials without a form of their own: a run of hex or letters that only the name beside it gives to a provider. The words of
 * the name, then the alphabets (`h` hex, `l` lower case and digits, `u` upper case and digits, `w` letters and digits, `s` these and `_` `-`,
 * `g` a UUID, `b` base64) with the lengths they have.
 */
const ROWS: readonly (readonly [title: string, names: string, forms: string])[] = [
	["Ably key", "ably", "b57 b50"],
	["AbuseIPDB key", "abuseipdb", "h80"],
	["Agora certificate", "agora", "h32"],
	["Alchemy key", "alchemy", "s32"],
	["Algolia key", "algolia", "h32"],
	["Alpha Vantage key", "alphavantage alpha", "u16"],
	["Amplitude key", "amplitude", "h32"],
	["Asana token", "asana", "h32"],
	["AssemblyAI key", "assemblyai assembly", "h32"],
	["AWS secret access key", "aws amazon s3 bedrock", "b40"],
	["Azure key", "azure cognitive speech translator", "h32"],
	["Auth0 secret", "auth0", "s64"],
	["Bing Search key", "bing", "h32"],
	["Bitly token", "bitly", "h40"],
	["Binance key", "binance", "w64"],
	["Bright Data token", "brightdata bright luminati", "h64 g36"],
	["BrowserStack key", "browserstack", "w20"],
	["Bugsnag key", "bugsnag", "h32"],
	["Calendly token", "calendly", "s43"],
	["Clarifai token", "clarifai", "h32"],
	["Cloudflare key", "cloudflare cf", "s40 h37"],
	["Cloudinary secret", "cloudinary", "s27"],
	["Codecov token", "codecov", "g36"],
	["Cohere key", "cohere co", "w40"],
	["Coinbase secret", "coinbase", "w64 w32"],
	["CoinMarketCap key", "coinmarketcap cmc", "g36"],
	["Confluent key", "confluent", "b64"],
	["Coveralls token", "coveralls", "w32"],
	["Customer.io key", "customerio", "h20 h32"],
	["Datadog key", "datadog dd", "h32 h40"],
	["Deepgram key", "deepgram", "h40"],
	["DeepL key", "deepl", "g36 g39"],
	["Dify key", "dify", "s28"],
	["Discord secret", "discord", "s32"],
	["Etherscan key", "etherscan polygonscan bscscan arbiscan", "u34"],
	["Exa key", "exa", "g36"],
	["Fal key", "fal", "g69"],
	["Fastly token", "fastly", "s32"],
	["Finnhub key", "finnhub", "l20 l40"],
	["Fivetran secret", "fivetran", "w32"],
	["Freshdesk key", "freshdesk freshservice", "w20"],
	["FullContact key", "fullcontact", "w32"],
	["Giphy key", "giphy", "w32"],
	["Gitea token", "gitea forgejo codeberg", "h40"],
	["Guardian key", "guardian", "g36"],
	["Helius key", "helius", "g36"],
	["Heroku token", "heroku", "g36"],
	["Hunter key", "hunter", "h40"],
	["IBM Cloud key", "ibm ibmcloud watson watsonx", "s44"],
	["Infura key", "infura", "h32"],
	["ipinfo token", "ipinfo", "h14"],
	["Jenkins token", "jenkins", "h34 h32"],
	["Kagi key", "kagi", "s80"],
	["Kraken secret", "kraken", "b88"],
	["Last.fm key", "lastfm", "h32"],
	["LinkedIn secret", "linkedin", "w16"],
	["Linode token", "linode akamai", "h64"],
	["Linkup key", "linkup", "g36"],
	["LiveKit secret", "livekit", "w43 w44"],
	["Mailgun key", "mailgun", "g50"],
	["Mailjet key", "mailjet", "h32"],
	["Mattermost token", "mattermost", "l26"],
	["Messagebird key", "messagebird", "w25"],
	["Mistral key", "mistral", "w32"],
	["Mixpanel secret", "mixpanel", "h32"],
	["Mux secret", "mux", "b75"],
	["NewsAPI key", "newsapi news gnews newsdata", "h32"],
	["ngrok token", "ngrok", "s49 s48"],
	["Readwise token", "readwise", "w50"],
	["Okta token", "okta", "s42"],
	["OpenWeather key", "openweather openweathermap weather owm", "h32"],
	["Obsidian key", "obsidian", "h64"],
	["OpsGenie key", "opsgenie", "g36"],
	["PagerDuty key", "pagerduty pd", "s20 h32"],
	["Paystack key", "paystack", "h40"],
	["Pexels key", "pexels", "w56"],
	["Pipedrive token", "pipedrive", "h40"],
	["Polygon.io key", "polygon massive", "s32"],
	["Postmark token", "postmark", "g36"],
	["Pusher secret", "pusher", "h20"],
	["Qdrant key", "qdrant", "s54"],
	["Quandl key", "quandl nasdaq", "s20"],
	["Railway token", "railway", "g36"],
	["Raindrop token", "raindrop", "g36"],
	["Reddit secret", "reddit", "s27 s30"],
	["Redmine key", "redmine", "h40"],
	["Rollbar token", "rollbar", "h32"],
	["Scaleway key", "scaleway scw", "g36"],
	["ScrapingBee key", "scrapingbee", "u80"],
	["SerpAPI key", "serpapi serp", "h64"],
	["Serper key", "serper", "h40"],
	["Shodan key", "shodan", "w32"],
	["Segment key", "segment", "w32"],
	["Smithery key", "smithery", "g36"],
	["Spoonacular key", "spoonacular", "h32"],
	["Spotify secret", "spotify", "h32"],
	["StackExchange key", "stackexchange stackoverflow stackapps", "s24 s22"],
	["Stability key", "stability", "w48"],
	["Steam key", "steam", "u32 h32"],
	["Strava secret", "strava", "h40"],
	["TMDB key", "tmdb", "h32"],
	["Todoist token", "todoist", "h40"],
	["TomTom key", "tomtom", "w32"],
	["Twilio token", "twilio", "h32"],
	["Twitch secret", "twitch", "l30"],
	["Twitter secret", "twitter x", "w50 w45 w25"],
	["Unsplash key", "unsplash", "s43"],
	["Upstash token", "upstash", "b60 b52 b56"],
	["VirusTotal key", "virustotal vt", "h64"],
	["Vonage secret", "vonage nexmo", "w16"],
	["Vultr key", "vultr", "u36"],
	["Webflow token", "webflow", "h64"],
	["Webex token", "webex", "s64"],
	["Weights & Biases key", "wandb", "h40"],
	["Wolfram Alpha app id", "wolfram wolframalpha", "u16 u17"],
	["YouTube key", "youtube", "s39"],
	["Zendesk token", "zendesk", "w40"],
	["Zhipu key", "zhipu glm zai bigmodel", "b49"],
	["Zoom secret", "zoom", "w32"],
];

export interface NamedProvider {
	readonly title: string;
	readonly credential: string;
}

const FORMS: Readonly<Record<string, RegExp>> = {
	h: /^[0-9a-f]+$/,
	l: /^[0-9a-z]+$/,
	u: /^[0-9A-Z]+$/,
	w: /^[0-9A-Za-z]+$/,
	s: /^[\w-]+$/,
	g: /^[0-9a-f:x-]+$/,
	b: /^[\w+/=.:-]+$/,
};

interface NamedForm extends NamedProvider {
	readonly forms: readonly string[];
}

let byName: ReadonlyMap<string, readonly NamedForm[]> | null = null;

function compile(): ReadonlyMap<string, readonly NamedForm[]> {
	const names = new Map<string, NamedForm[]>();
	for (const [title, words, forms] of ROWS) {
		const form = { title, credential: credentialId(title), forms: forms.split(" ") };
		for (const word of words.split(" ")) names.set(word, [...(names.get(word) ?? []), form]);
	}
	return names;
}

/** Whose credential a value is by the words of its name and its form; null when no row says so. */
export function namedProvider(words: readonly string[], value: string): NamedProvider | null {
	byName ??= compile();
	for (const word of words) {
		for (const provider of byName.get(word) ?? []) {
			const { title, credential, forms } = provider;
			if (forms.some((form) => Number(form.slice(1)) === value.length && FORMS[form.charAt(0)]?.test(value) === true))
				return { title, credential };
		}
	}
	return null;
}

/** The ids of all of them. */
export function namedCredentials(): readonly string[] {
	return ROWS.map(([title]) => credentialId(title));
}
