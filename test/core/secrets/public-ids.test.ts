import { describe, expect, test } from "vitest";
import { detectInArguments } from "../../../src/core/secrets/arguments.ts";
import { detectInText, detectSecrets } from "../../../src/core/secrets/detector.ts";
import { Dice, HEX, WORD } from "./samples.ts";

const dice = new Dice(67);
const BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const commit = dice.text(40, HEX);
const uuid = [8, 4, 4, 4, 12].map((length) => dice.text(length, HEX)).join("-");
const key = `AAAAC3NzaC1lZDI1NTE5AAAAI${dice.text(43, WORD)}`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");

describe("not even a hint for what is public, however random it looks", () => {
	test.each([
		["a resource of Oracle's cloud", "OCI_VCN", `ocid1.vcn.oc1.eu-zurich-1.${dice.text(60, "abcdefghijklmnop234567")}`],
		["a key of a site", "CAPTCHA_SITEKEY", `6L${dice.text(38, WORD)}`],
		["a text in base64", "FOOTER_B64", base64("Thanks for using our tool")],
		["a text of umlauts in base64", "FOOTER_B64", base64("Grüße aus Zürich")],
		["settings in an address", "ENDPOINT", `https://mcp.acme.io/sse?config=${base64(JSON.stringify({ theme: "dark" }))}`],
		["a name of words and a tail", "ENDPOINT", "https://mcp.acme.io/mcp?workspace=quiet-river-k3x9ab"],
		["a fingerprint", "GPG_FP", commit.toUpperCase()],
		["an output of a transaction", "FUNDING_TX", `${dice.text(64, HEX)}:1`],
		["a transaction in an explorer", "LINK", `https://etherscan.io/tx/0x${dice.text(64, HEX)}`],
		["a record of a mail server's key", "DKIM", `v=DKIM1; k=ed25519; p=${dice.text(43, WORD)}=`],
		["a peer", "BOOTSTRAP", `/dns4/node.acme.io/tcp/443/wss/p2p/12D3KooW${dice.text(44, BASE58)}`],
		["a playlist", "LINK", `https://www.youtube.com/playlist?list=PL${dice.text(32, WORD)}`],
		["a client by a word and a UUID", "BWS_CLIENTID", `organization.${uuid}`],
	])("%s", (_, name, value) => {
		expect(detectSecrets(name, value)).toEqual([]);
	});

	test.each([
		["a commit in a script", ["-c", `git reset --hard ${commit} && make`]],
		["a sum in a script", ["-c", `echo ${dice.text(64, HEX)}  server.tgz | sha256sum -c -`]],
		["a key of a host", ["--known-host", `git.acme.io ssh-ed25519 ${key}`]],
	])("%s", (_, args) => {
		expect(detectInArguments(args, "bash")).toEqual([]);
	});

	test("a public key in a comment", () => {
		expect(detectInText(`// deploy key: ssh-ed25519 ${key}`)).toEqual([]);
	});
});

test("hex under a name that says nothing is still hinted at", () => {
	expect(detectSecrets("OPTION_3", commit).map(({ confident }) => confident)).toEqual([false]);
});
