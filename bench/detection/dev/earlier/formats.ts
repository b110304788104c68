import { readFormats } from "../../pools.ts";

/** Shapes of third parties' tokens, as the parties document them or as public lists of such shapes give them. */
export const FORMATS = readFormats(`
datagov={a40} geoapify={h32} fulcrum={h80} splunkobs={a22} survicate={h32} streak={h32} omnisend={h24}-{a50} avaza={d5}-{h40} invoiceocean={a20} swiftype={a6}_{a6}-{a6}
cloverly=private_key:{h16} pdflayer={h32} sendbird={h40} openweather={h32} campayn={h64} youtubedata=AIza{w35} languagelayer={h32} getgist={b66}== vpnapi={h32} chatbot={w32}
hunter={h40} goodday={h32} flightstats={h32} serpstack={h32} shutterstock={a32} circleci={h40} d7network={b43}= hiveage={a20} currencyfreaks={h32} typeform={a44}
partnerstack={a64} airvisual={uuid} ipgeolocation={h32} axonaut={h32} confluent={b64} jumpcloud={h40} adzuna={h32} numverify={h32} polygon={a32} companyhub={a20}
pandascore={w51} paymoapp={a44} snipcart={a75} ditto={uuid}.{h40} teamwork=tkn.v1_{b71}= dronahq={n50} fxmarket={w20} finage=API_KEY{N32} imagekit=private_{b27}= salesflare={w45}
messagebird={a25} nethunt={uuid} apideck=sk_live_{uuid}-{a56} apify=apify_api_{a36} pastebin={w32} enigma={a40} borgbase={w150} marketstack={h32} fileio={N7}.{N7}-{N7}-{N7}-{N7} exchangerates={h32}
pushbullet=o.{a32} jotform={h32} coinlib={n16} purestake={a40} metrilo={n16} freshworks={a22} kylas={uuid}:{d5} commodities={a60} thousandeyes={n32} weatherstack={h32}
sendbirdorg={h24} fmfw={w32} pagerduty={x1}+{w18} jiratoken={a24} brandfetch={b43}= workstack={a60} nexmo={a16} enablex={a36} appsynergy={h64} convertkit={w22}
lokalise={h40} diffbot={h32} assemblyai={h32} geocodify={h40} sigopt={N48} airbrake={h32} userstack={h32} telegram={d10}:AA{w33} autopilot={h32} mailboxlayer={h32}
aylien={h32} teamgate={h40} bitcoinaverage={a43} beebole={h40} mindmeister={a43} vultr={N36} dovico={h32}.{d6} artsy={h32} pivotal={h32} imagga={b70}==
shortcut={uuid} kucoin={uuid} worksnaps={a40} scrapeowl={n30} groovehq={h64} satismeter={a24} censys={a32} artifactory={a73} clustdoc={a60} prospectcrm={h32}
graphhopper={uuid} kontent={uuid} currentsapi={w48} webscraper={a60} fastforex={h10}-{h10}-{n6} accuweather={a32} webflow={h64} rapidapi={a10}msh{a15}p1{h6}jsn{h12} flowflu={a51} planview={h128}
linenotify={a43} aviationstack={h32} auth0={w64} mapquest={a32} uploadcare={h20} mattermost={n26} ethplorer=freekey-{a22} insightly={uuid} surveybot={a80} gocardless=live_{w40}
onwater={w20} abstractapi={h32} gocanvas={b43}= paymongo=sk_live_{a24} worldweather={h31} wepay=stage_{h62} upwave={h32} eagleeye={n15} appfollow={a20} crowdin={h80}
column=live_{a27} mite={h16} feedier={h32} sportmonks={a60} zendesk={a40} everhour={h4}-{h4}-{h6}-{h6}-{h8} travisci={w22} scraperbox={N32} newscatcher={w43} maxmind={a6}_{a29}_mmk
amplitude={h32} finnhub={n40} todoist={h40} stockdata={a40} metaapi={h64} bugherd={n22} livestorm={h64} loginradius={uuid} heroku={uuid} calorieninjas={b38}==
travelpayouts={h32} happyscribe={a24} getemails={h26} weatherbit={h32} clojars=CLOJARS_{h60}
age=AGE-SECRET-KEY-1{N58} alibabasecret={a30} beamer=b_{w44} bitbucket=ATBB{a32} bittrex={h32} codecov={uuid} coinbase={w64} databricks=dapi{h32} discord={h64} droneci={a32}
duffel=duffel_live_{w43} dynatraceplat=dt0s16.{N8}.{N64} endorlabs={a60} etherscan={N34} facebook=EAA{a180} finicity={h32} freshbooks={h64} gitter={h40} gocd={h40} gitlabtrigger=glptt-{h40}
gitlabrunner=glrt-{w20} grafanasa=glsa_{a32}_{h8} harness=pat.{w22}.{h24}.{a20} hashicup={h48} intra42=s-s4t2ud-{h64} kraken={b86}== linearclient={h32} linkedin=WPL_AP1.{a16}.{a6}== lob=live_{h35}
maxmindold={a16} messagebirdlive=live_{a25} netlifypat=nfp_{a36} newrelicinsert=NRII-{w32} notion=ntn_{d11}{a35} octopus=API-{N26} openshift=sha256~{w43} perplexity=pplx-{a48} planetscalepw=pscale_pw_{w43} plaidsecret={h30}
privateai={h32} replicate=r8_{a37} rapyd=rsk_{h40} sendinblue=xsmtpsib-{h64}-{a16} sentryorg=sntrys_eyJ{b120} settlemint=sm_aat_{a16} sidekiq={h8}:{h8} sourcegraph=sgp_{h16}_{h40} sourcegraphold={h40} squarespace={uuid}
tailscale=tskey-auth-k{a11}CNTRL-{a32} tidb={a32} trello={a32} twitch={n30} twitter={d19}-{a40} vercel=vcp_{w56} weightsbiases={h40} windmill={a32} yandex=AQVN{w35} zapiernla=sk-ak-{a26}
`);
