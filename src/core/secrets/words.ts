import { FILLER_WORDS, MARKER_WORDS } from "./languages.ts";

/** Words that people write where a secret will stand one day. One of them among other plain words makes a value a placeholder. */
export const MARKERS: ReadonlySet<string> = new Set(MARKER_WORDS);

/** Words that carry no information about which secret it is: a value of nothing but these is not one. */
export const VOCABULARY: ReadonlySet<string> = new Set(FILLER_WORDS);

/** Plain words of configuration files and of English, for telling names from random text; they train the bigram table too. */
export const DICTIONARY: ReadonlySet<string> = new Set([
	...MARKERS,
	...VOCABULARY,
	...`
able about above absolute accept action active activity actor adapter adaptive advanced after again agent agents alert alias align all allow allowed almost alpha also alternate always amazon
amount analysis analytics angle animal annotation another answer any apache apple archive area argument array article artifact asset assets assistant async atlas atom attach attempt attribute audio audit
author authority authorization auto automatic available average avoid away azure back backend background backup balance balancer bank base basic batch battery beacon bear because become before begin behavior below beta between
big binary bind bird bit black block blog blue board body book boolean border both bottom box brain branch brave break bridge bright bring broker browser brush bucket budget buffer bug build builder bundle business button
bypass cache calendar call camel camera cancel candidate capacity capital capture car card care case catalog category center central certificate chain chance channel chapter character chart chat check chief child choice chrome
chromium circle city claim claude class classic clean clear click clock clone close cloud cluster code codec coffee collection collector color column combine come command comment commerce commit common community company compare compile complete
component compose compress compute computer concurrent condition config configuration confirm confluence connect connection connector console constant consumer contact container content context continue contract control controller convert cookie copilot copy core
correct cost could count counter country course cover crawl create creator credit critical cross crystal current cursor custom customer cycle daily dark dash dashboard data dataset date day deal debug decision deep deepseek deepwiki default define delay
delete deliver delta demand deploy deployment depth design desk desktop destination detail detect developer device devtools diagram dialog differ digital dimension direct directory disable disabled discord discover disk display distance distributed docker
docs document documentation does domain door double down download draft dragon draw drive driver drop dry duration during dynamic each early earth easy echo edge edit editor effect effort elastic element else email embed embedding emit enable
enabled encode encrypt encryption end endpoint energy engine english enterprise entity entry environment epoch equal error escape eval even event every everything exact except exchange exclude execute exist exit expand expect experiment expert expire
explain export express extend extension external extra extract face factor factory fail failure fair falcon false family fast feature federated feed fetch field figma file files filesystem filter final finance find fine finger finish fire firecrawl first fixed
flag flash flat flex flight float flow fluent focus folder follow font force foreign forest forge form format forward found foundation frame framework free freeze frequency fresh friend from front frontend full function fusion future gamma
gateway gemini general generate generated generation generic geo get git github gitlab give global gold good google grafana grand graph graphql gray great green grid ground group grow guard guide hand handle handler happy hard hardware hash have
head header headless health heart heavy height hello help high history hold home hook horse hot hotel hour house how http https hub huge hugging human icon idea identifier identity idle ignore image import include increase index info input instance
instruct instruction integer integration interface internal internet interval into invalid inventory invoice isolated issue item java javascript jenkins jira job join json jump just keep kernel keyboard kind kitchen know knowledge kube kubernetes
label lake lambda land language large last latency latest launch layer layout lead leaf learn learning least leave left legacy length less let letter level library light like limit line linear link linux list listen little live llama load loader lock
logger logging logic logo loop lower mac machine macro magic mail main maintain make manager manifest manual map mark market master match material math matrix max maximum may mean measure media medium member memory mercury merge mesh message meta method metric
micro microsoft middle migrate mind mini minimal minimum minute mirror mistral mixed mobile mode model models modern module moment monday money monitor month moon more most mount mountain mouse move movie multi multiple music must name native natural near need nested
network neural never news next nginx night node noise normal north note notes notice notion now null number object observe obsidian ocean office offline offset often olive once one online open openai openapi operation operator option orange order origin
other output outside over overview owner pack package page paint pair panel paper parallel param parameter parent parse part partner party password patch path pattern payment pencil people percent perfect performance period permission person phone photo
phrase physical pick picture piece pilot ping pipe pipeline pixel place plain plan planet plant platform play player playground playwright plugin plus point policy pool popular port portal position possible post power practice prefer preset press
preview previous price primary print priority privacy problem process processor product profile program progress prompt proof property protocol provider proxy publish publisher puppeteer purple purpose push python quality quantum query question queue
quick quiet rabbit radio rain range rapid rate raw reach react reader ready reason reasoning receive recent record recovery red redirect reduce reference refresh regular related relation relay release reload remember remote remove render repeat reply report
repository request require research reset resource response rest restart result retrieve retry return reverse review revision rewrite rich ride right ring river road robot rocket room rotate round route router row rule run runner runtime sage sand sandbox
save scale scan schedule schema science scope score screen screenshot script scroll search season second section sector segment select self send sense sentry sequence sequential serial series session setting settings setup seven shadow shape share shark
sheet shell shield shift ship shop short show side sign signal silver similar simple single site size skill slack sleep slide slow small smart snake snow social socket soft software solid solution sonnet sort sound source space spark speak special specific
speech speed spider split spring sql square stable stack stage standard star start state static station status stdio step still stock stone stop storage store storm story stream street strict stripe structure student studio style subject submit subscription
success sugar suite summary summer sun supabase supply support surface swift switch symbol sync syntax system table tag take target task taskmaster team tech technical template terminal terraform text than thank their theme then there these thing think third
thread three through ticket tiger time timeline timeout timestamp timezone title today toggle tool tools top topic total touch tower trace track trade traffic train transfer transform translate transport travel tree trend trigger true trust turbo turn twilio type
ubuntu under union unique unit universal unknown unlock until update upgrade upload upper upstream usage valid validate validator variable vault vector vendor verbose verify version vertical video view village virtual visible vision visual vital voice volume
wait walk wall want warehouse warm watch watcher water wave weather web website week weight welcome west wheel when where which white wide widget width wiki wild will wind window windows winter wire wish within without wizard wolf wonder word words work worker
workflow world wrap writer year yellow yes zero zone staple monkey chandler fortune universe anthropic bedrock vertex groq together perplexity tavily serper exa apify neon vercel netlify railway cloudflare heroku sendgrid mailgun datadog honeycomb snowflake databricks airtable asana
gpt opus haiku turbo flash lite nano mini qwen deepseek mixtral whisper instruct davinci ada english german french spanish us eu east west central north south info warn debug trace fatal
`
		.trim()
		.split(/\s+/),
]);
