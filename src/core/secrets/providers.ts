/** What a token of one provider looks like: facts, from the providers' own documentation and from tokens in the wild. */
export interface ProviderFormat {
	/** As in "GITHUB_TOKEN holds a GitHub token". */
	readonly title: string;
	/** The kind's id, where tokens of one title are issued on different pages; else made from the title. */
	readonly credential: string;
	/** What the token begins with; it is public. */
	readonly prefix: string;
	readonly alphabet: Alphabet;
	/** Characters after the prefix. */
	readonly min: number;
	/** Infinity: as long as it likes. */
	readonly max: number;
	readonly checksum?: "github";
	/** An identifier more than a secret: no more than a hint under a name that says `…_ID`. */
	readonly identifier?: true;
}

/** word: letters and digits; slug: and `_` `-`; dotted: and `.`; base64: and `+` `/` `=` besides. */
export type Alphabet = "hex" | "lower" | "upper" | "digits" | "word" | "slug" | "dotted" | "base64";

type Row = readonly [title: string, prefixes: string, alphabet: Alphabet, min: number, max: number, extra?: Partial<ProviderFormat>];

const ROWS: readonly Row[] = [
	["GitHub token", "ghp_", "word", 30, 255, { checksum: "github", credential: "github-pat" }],
	["GitHub token", "gho_ ghu_ ghr_", "word", 30, 255, { checksum: "github", credential: "github-authorization" }],
	["GitHub token", "ghs_", "word", 30, 255, { checksum: "github", credential: "github-installation" }],
	["GitHub token", "github_pat_", "slug", 50, 120, { credential: "github-fine-grained-pat" }],
	["GitLab token", "glpat- gldt- glrt- glft- glptt- glcbt- glagent- glsoat- glimt- gloas- GR1348941", "dotted", 20, 300],
	["npm token", "npm_", "word", 36, 36, { checksum: "github" }],
	["PyPI token", "pypi-", "slug", 50, Infinity],
	["RubyGems token", "rubygems_", "hex", 48, 48],
	["crates.io token", "cio", "word", 32, 32],
	["Docker Hub token", "dckr_pat_ dckr_oat_", "slug", 24, 40],
	["OpenAI key", "sk-proj- sk-svcacct- sk-admin- sk-None-", "slug", 20, 220],
	["Anthropic key", "sk-ant-", "slug", 24, 220],
	["OpenRouter key", "sk-or-", "slug", 40, 90],
	["Langfuse key", "sk-lf-", "slug", 30, 40],
	["Zapier key", "sk-ak-", "slug", 20, 80],
	["LiteLLM or OpenAI key", "sk-", "slug", 20, 220],
	["Hugging Face token", "hf_ api_org_", "word", 30, 60],
	["Replicate token", "r8_", "word", 37, 40],
	["Groq key", "gsk_", "word", 48, 60],
	["xAI key", "xai-", "word", 60, 100],
	["Perplexity key", "pplx-", "word", 40, 60],
	["Fireworks key", "fw_", "word", 20, 40],
	["Tavily key", "tvly-", "slug", 20, 60],
	["Firecrawl key", "fc-", "hex", 32, 32],
	["Jina key", "jina_", "slug", 50, 80],
	["Pinecone key", "pcsk_", "slug", 50, 90],
	["Voyage key", "pa-", "slug", 40, 60],
	["LangSmith key", "lsv2_pt_ lsv2_sk_ ls__", "slug", 30, 60],
	["E2B key", "e2b_", "hex", 40, 40],
	["Brave Search key", "BSA", "slug", 24, 32],
	["Context7 key", "ctx7sk-", "slug", 20, 60],
	["Apify token", "apify_api_", "word", 30, 50],
	["Browserbase key", "bb_live_ bb_test_", "slug", 20, 60],
	["Cerebras key", "csk-", "word", 40, 60],
	["NVIDIA key", "nvapi-", "slug", 50, 90],
	["Databricks token", "dapi", "hex", 32, 36],
	["Together key", "tgp_v1_", "slug", 30, 60],
	["AWS access key id", "AKIA ASIA ABIA ACCA", "upper", 16, 16, { identifier: true }],
	["AWS Bedrock key", "ABSK", "base64", 100, 180],
	["Google API key", "AIza", "slug", 35, 35],
	["Google OAuth secret", "GOCSPX-", "slug", 28, 28],
	["Google OAuth token", "ya29.", "dotted", 30, Infinity],
	["Slack token", "xoxb- xoxp- xoxa- xoxr- xoxs- xoxe- xoxc- xoxd- xoxo- xoxe.xoxp- xoxe.xoxb-", "dotted", 20, 400],
	["Slack app token", "xapp-", "slug", 40, 160],
	["Stripe key", "sk_live_ sk_test_ rk_live_ rk_test_ sk_prod_ rk_prod_", "word", 16, 250],
	["webhook signing secret", "whsec_", "base64", 24, 100],
	["ElevenLabs key", "sk_", "hex", 48, 48],
	["Twilio key", "SK", "hex", 32, 32, { identifier: true }],
	["SendGrid key", "SG.", "dotted", 60, 70],
	["Mailgun key", "key-", "hex", 32, 32],
	["Resend key", "re_", "slug", 24, 60],
	["Brevo key", "xkeysib- xsmtpsib-", "slug", 64, 100],
	["Supabase token", "sbp_", "slug", 24, 64],
	["Supabase token", "sb_secret_", "slug", 24, 64, { credential: "supabase-secret-key" }],
	["Neon key", "napi_", "word", 40, 80],
	["PlanetScale token", "pscale_tkn_ pscale_pw_ pscale_oauth_", "dotted", 32, 64],
	["Vercel token", "vcp_ vci_ vca_ vcr_ vck_", "word", 50, 70],
	["Netlify token", "nfp_ nfc_ nfo_ nfb_ nfu_", "word", 36, 60],
	["Render key", "rnd_", "word", 20, 60],
	["Fly.io token", "fo1_ fm1r_ fm2_ fm1a_", "base64", 40, Infinity],
	["Heroku token", "HRKU-", "slug", 30, 80],
	["DigitalOcean token", "dop_v1_ doo_v1_ dor_v1_", "hex", 64, 64],
	["Doppler token", "dp.pt. dp.st. dp.ct. dp.sa. dp.scim. dp.audit.", "dotted", 36, 80],
	["HashiCorp Vault token", "hvs. hvb. hvr.", "slug", 20, 300],
	["Pulumi token", "pul-", "hex", 40, 40],
	["Grafana token", "glsa_ glc_", "base64", 36, 400],
	["Sentry token", "sntrys_", "base64", 60, 300, { credential: "sentry-organization-token" }],
	["Sentry token", "sntryu_", "base64", 60, 300],
	["New Relic key", "NRAK- NRII- NRIQ-", "word", 26, 40],
	["Honeycomb key", "hcaik_ hcamk_ hcxik_ hcxlk_ hcalk_", "lower", 50, 70],
	["PostHog key", "phx_ phs_", "word", 40, 60],
	["Linear key", "lin_api_ lin_oauth_", "word", 32, 64],
	["Notion token", "ntn_", "word", 40, 60],
	["Notion token", "secret_", "word", 43, 43],
	["Airtable token", "pat", "dotted", 79, 79],
	["Atlassian token", "ATATT3x ATCTT3x ATBB", "base64", 30, 300],
	["Figma token", "figd_ figu_ figo_ figor_", "slug", 36, 80],
	["Dropbox token", "sl.", "slug", 120, Infinity],
	["Shopify token", "shpat_ shpca_ shppa_ shpss_", "hex", 32, 40],
	["Square token", "sq0atp- sq0csp- EAAAE EAAAl", "slug", 20, 64],
	["HubSpot token", "pat-na1- pat-na2- pat-eu1-", "slug", 36, 40],
	["Tailscale key", "tskey-", "slug", 20, 80],
	["Meta token", "EAACEdEose0cBA EAAG EAAB EAAI", "word", 80, Infinity],
	["1Password token", "ops_eyJ", "base64", 100, Infinity],
	["SonarQube token", "sqp_ squ_ sqa_", "hex", 40, 40],
	["Postman key", "PMAK-", "slug", 50, 64],
	["ReadMe key", "rdme_", "lower", 60, 80],
	["Contentful token", "CFPAT-", "slug", 43, 43],
	["Prefect key", "pnu_ pnb_", "word", 36, 40],
	["Adafruit key", "aio_", "word", 28, 28],
	["age secret key", "AGE-SECRET-KEY-1", "upper", 58, 58],
	["Artifactory key", "AKCp", "word", 60, 80],
	["Buildkite token", "bkua_ bkaj_", "word", 40, 64],
	["CircleCI token", "CCIPAT_", "slug", 40, 80],
	["Dynatrace token", "dt0c01. dt0s01. dt0s16.", "dotted", 80, 100],
	["Sourcegraph token", "sgp_", "slug", 40, 80],
	["Typeform token", "tfp_", "slug", 40, 80],
	["Elastic key", "essu_", "base64", 60, 200],
	["OpenShift token", "sha256~", "slug", 43, 43],
	["Trigger.dev key", "tr_dev_ tr_prod_ tr_stg_", "word", 20, 48],
	["Trigger.dev key", "tr_pat_", "word", 20, 48, { credential: "trigger-dev-pat" }],
	["Trello key", "ATTA", "word", 60, 80],
	["WakaTime key", "waka_", "slug", 36, 36],
	["Snyk token", "snyk_uat. snyk_sat.", "dotted", 30, 120],
	["Cloudflare token", "cfut_ cfat_ cfk_", "slug", 40, 70],
	["Plaid token", "access-production- access-sandbox- access-development-", "slug", 36, 36],
	["NuGet key", "oy2", "lower", 43, 43],
	["Infracost key", "ico-", "word", 32, 32],
	["LaunchDarkly key", "sdk- api-", "slug", 36, 36],
	["Yandex key", "AQVN", "slug", 35, 38],
	["Composio key", "ak_", "slug", 20, 24],
	["Duffel token", "duffel_test_ duffel_live_", "slug", 43, 43],
	["Shippo token", "shippo_live_ shippo_test_", "hex", 40, 40],
	["EasyPost key", "EZAK EZTK", "word", 54, 54],
	["Flutterwave key", "FLWSECK-", "slug", 30, 60],
	["Razorpay key", "rzp_live_ rzp_test_", "word", 14, 14, { identifier: true }],
	["Mercury token", "secret-token:", "slug", 30, 90],
	["Telnyx key", "KEY0", "slug", 40, 70],
	["Workato or Intercom token", "dG9rO", "base64", 50, 70],
];

export const PROVIDERS: readonly ProviderFormat[] = ROWS.flatMap(([title, prefixes, alphabet, min, max, extra]) =>
	prefixes.split(" ").map((prefix) => ({ title, credential: credentialId(title), prefix, alphabet, min, max, ...extra })),
);

/** `Hugging Face token` → `hugging-face-token`. */
export function credentialId(title: string): string {
	return title
		.toLowerCase()
		.replace(/[^a-z0-9]+/g, "-")
		.replace(/^-|-$/g, "");
}
