import { readFormats } from "../pools.ts";

/** Shapes of third parties' tokens, as the parties document them or as public lists of such shapes give them. */
export const FORMATS = readFormats(`
ipstack={h32} faceplusplus={w32} mailchimp={h32}-us{d2} ambee={h64} plivo={a40} tyntec={a32} m3o={a48} surveysparrow={a88} unifyid={a43}= shipday={a11}{a20}
browshot={a28} salesblink={x16} fakejson={a22} ipapi={h32} rocketreach={h7}{h32} shotstack={a40} segment={w43}.{w43} sparkpost={h40} pepipost={h32} scrapestack={h32}
razorpay={a24} cloudelements={a43} lastfm={h32} nitro={h32} clicksend={UUID} currencylayer={h32} positionstack={h32} vouchery={uuid} swell={a32} storecove={w43}
theoddsapi={h32} telnyx=KEY{w55} signupgenius={a32} notionold=secret_{a43} surveyanyplace={a32} upcdatabase={N32} onelogin={h64} urlscan={uuid} revampcrm={a40} nicereply={h40}
moosend={uuid} calendarific={h40} mailjet={h32} airtable=key{a14} okta=00{w40} yousign={h32} tomorrowio={a32} boostnote={h64} dropbox=sl.{w135} chatfuel={a128}
cryptocompare={h64} fleetbase=flb_live_{a20} text2data={UUID} besttime=pri_{h32} intercom={b59}= scrapingbee={N80} virustotal={h64} uplead={h32} thinkific={h32} pdfshift={h32}
bulbul={n32} autodesk={a32} helpscout={a56} baseapi={uuid} juro={a40} algolia={h32} gengo={a64} linear=lin_api_{a40} proxycrawl={a22} restpack={a48}
mailmodo={N7}-{N7}-{N7}-{N7} loyverse={h32} financialmodelingprep={a32} capsulecrm={a64} dfuse=web_{h32} hubspot={uuid} sendgrid=SG.{w22}.{w43} squaresecret=sq0csp-{w43} nasdaq={a20} plaid={h30}
getgeoapi={h40} moonclerk={h32} blablabus={a22} toggl={h32} scrapfly={h32} shodan={a32} meistertask={a43} roaring={w28} coinlayer={h32} ipify=at_{a29}
zerobounce={h32} daily={h64} msteams={uuid}@{uuid} integromat={uuid} verifier={h96} vatlayer={h32} dandelion={h32} macaddress=at_{a29} helpcrunch={b326}== skrapp={a42}
foursquare={N48} planyo={h62} smooch=act_{h24} teamgate={a80} etsy={n24} nftport={uuid} nozbe={a16}_{w64} simplesat={h40} nimble={a30} iconfinder={a64}
paralleldots={a43} mediastack={h32} guru={uuid} bitly={h40} flightapi={h24} newsapi={h32} paystack=sk_live_{h40} zenkit={n8}-{a32} discordhook={w68} raven={N16}
webex={w64} aletheia={N32} signaturit={x86} rownd={n48} caflou={a155} sendinblue=xkeysib-{h64}-{a16} smartsheet={a37} tradier={a28} owlbot={h40}
graphcms={n25} carbon={a21} exchangerate={h24} taxjar={h32} versioneye={h40} digitalocean={h64} textmagic={a30} impala={a46} clickhelp={a24} pdl={h64}
storyblok={a22}tt glassnode={a27} opengraphr={a80} neutrino={a48} karma={a20} cloudimage={n30} flutterwave=FLWSECK-{h32}-X screenshotlayer={h32} klipfolio={h40} netlify={w43}
currencyscoop={h32} geckoboard={h32} bannerbear={a22}tt copper={h32} saucelabs={uuid} kickbox=live_{h64} tiingo={h40} tru={a26} 8x8={a43} iexcloud=sk_{h32}
ipinfodb={h64} keen={N64} html2pdf={a64} clockify={b47}= scaleway={uuid} api2cart={h32} luno={w43} elasticemail={H96} buildkite={h40} veriphone={N32}
asana=1/{d16}:{h32} gyazo={w43} allsports={h64} twelvedata={h32} simvoly={n33} pipedrive={h40} stytch={w47}= customerio={h20} cicero={h40} contentful=CFPAT-{w43}
alconost={n32} audd={h32} baremetrics={w25} close=api_{a22}.{a22}
adafruit=aio_{a28} adobe=p8e-{n32} alibaba=LTAI{a20} artifactory=AKCp{a69} clickhouse=4b1d{a38} cloudflareca=v1.0-{h24}-{h146} cohere={a40} doppler=dp.pt.{a43} dynatrace=dt0c01.{N24}.{N64} easypost=EZAK{a54}
fastly={w32} flyio=fo1_{w43} frameio=fio-u-{w64} grafana=glc_{b64} vault=hvs.{w95} heroku=HRKU-{w60} infracost=ico-{a32} launchdarkly={w40} mailgun=key-{h32} mapbox=sk.{a60}.{a22}
newrelic=NRAK-{N27} planetscale=pscale_tkn_{w43} postman=PMAK-{h24}-{h34} prefect=pnu_{n36} pulumi=pul-{h40} pypi=pypi-AgEIcHlwaS5vcmc{w70} readme=rdme_{n70} rubygems=rubygems_{h48} scalingo=tk-us-{w48} shippo=shippo_live_{h40}
shopify=shpat_{h32} sonar=squ_{h40} square=EAAA{w60} sumologic={a64} terraform={a14}.atlasv1.{w67} twilio={h32} typeform=tfp_{w44}
`);
