import { generateKeyPairSync, randomInt } from "node:crypto";
import { Dice, githubToken, HEX, WORD } from "../../core/secrets/samples.ts";
import { type Attack, call, type Era, type Json, request, type Step } from "../attack.ts";

/** Keys and tokens of the person, made anew each time, which a model was talked into handing to a server. */
const dice = new Dice(randomInt(1, 2 ** 31));
const token = githubToken(dice, "ghp");
const slack = ["xoxb", dice.text(12, "0123456789"), dice.text(12, "0123456789"), dice.text(24, WORD)].join("-");
const awsSecret = dice.text(40, `${WORD}/+`);
const aws = `[default]\naws_access_key_id = ${"AK"}IA${dice.text(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")}\naws_secret_access_key = ${awsSecret}\n`;
const pem = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const body = pem.split("\n")[1] ?? "";
const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ type: "pkcs1", format: "pem" }).toString();
const rsaLine = rsa.split("\n")[3] ?? "";
const account = JSON.stringify({ type: "service_account", project_id: "p", private_key_id: dice.text(40, HEX), private_key: pem });
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const escaped = [...token].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");

const exactly = (text: string): RegExp => new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
const sends = (what: string, secret: string, host: (era: Era) => readonly Step[], more: Partial<Attack> = {}): Attack => ({
	name: `sends ${what}`,
	by: "host",
	family: "keys",
	play: (era) => ({ host: host(era) }),
	never: [exactly(secret)],
	logged: ["host-secret"],
	...more,
});
const inArgument = (what: string, secret: string, given: unknown): Attack =>
	sends(what, secret, (era) => [call(era, { arguments: { text: given } })]);
const asking = (what: string, method: string, params: Json): Attack => sends(what, token, (era) => [request(era, method, params)]);

export const KEY_ATTACKS: readonly Attack[] = [
	inArgument("a token", token, token),
	inArgument("a token in a sentence", token, `The token is ${token}, use it.`),
	inArgument("a token in a header", token, { headers: { Authorization: `Bearer ${token}` } }),
	inArgument("a token in an address", token, `https://x:${token}@github.com/a/b.git`),
	inArgument("a token in a query", token, `https://example.com/?access_token=${token}&x=1`),
	inArgument("a token deep inside", token, [{ a: [{ b: { c: `x=${token}` } }] }]),
	inArgument("a token as a key", token, { [token]: true }),
	inArgument("a token in JSON inside JSON", token, JSON.stringify({ env: { GITHUB_TOKEN: token } })),
	inArgument("another maker's token", slack, `SLACK_BOT_TOKEN=${slack}\n`),
	inArgument("a file of cloud credentials", awsSecret, aws),
	inArgument("a private key", body, pem),
	inArgument("a private key in one line", body, pem.replaceAll("\n", "\\n")),
	inArgument("a private key in Base64", base64(pem).slice(40, 80), base64(pem)),
	inArgument("an RSA key", rsaLine, `see:\r\n${rsa.replaceAll("\n", "\r\n")}`),
	inArgument("the file of a service account", body, account),
	inArgument("the file of a service account in Base64", base64(account).slice(100, 140), base64(account)),
	inArgument("a token in the middle of a megabyte", token, `${"lorem ipsum ".repeat(45_000)}${token} ${"dolor sit ".repeat(45_000)}`),
	sends("a token in escapes", token, (era) => [call(era, { arguments: { text: "TOKEN" } }).replace("TOKEN", escaped)]),
	sends("a token beside the arguments", token, (era) => [call(era, { _meta: { note: token } })]),
	asking("a token to a prompt", "prompts/get", { name: "summary", arguments: { topic: token } }),
	asking("a token to a completion", "completion/complete", {
		ref: { type: "ref/prompt", name: "summary" },
		argument: { name: "topic", value: token },
	}),
	asking("a token in the address of a resource", "resources/read", { uri: `file:///docs/${token}` }),
];
