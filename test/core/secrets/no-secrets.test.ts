// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the hosts' variables
import { describe, expect, test } from "vitest";
import { detectInArguments } from "../../../src/core/secrets/arguments.ts";
import { detectSecrets } from "../../../src/core/secrets/detector.ts";
import { Dice, WORD } from "./samples.ts";

const dice = new Dice(90);
const sealed = `AgC${dice.text(9, WORD)}4${dice.text(60, WORD)}`;
const hex = "3f9a81c27d5e4b60a1f2938475c6d7e8";

describe("a reference with blanks in it parts nothing", () => {
	test.each([
		["an address with an expression", ["npx", "mysql://kai:${{ secrets.HERON_PW }}@aws-1-us-east-2.pooler.heron.com:6543/stock"]],
		["one without a sign before it", ["npx", "postgres://kai:{{ heron pw }}@aws-1-us-east-2.pooler.heron.com:6543/stock"]],
		["one with a default in words", ["npx", "--url=redis://:${REDIS_PW:-ask the admin}@cache-7.heron.com:6379/0"]],
		["a command in backticks", ["bash", "-c", "SECRET=`secret-tool lookup svc heron` m"]],
		["several", ["sh", "-c", "TOKEN=`gh auth token` HERON_PW=`cat /run/secrets/x1y2z3` npx m"]],
		["one for a flag", ["sh", "-c", 'm --password "`pass show heron/db-7`"']],
		["one in an address", ["sh", "-c", "m mysql://kai:`pass show heron/db-7`@db-2.heron.com/stock"]],
	])("%s", (_, [command = "", ...args]) => {
		expect(detectInArguments(args, command)).toEqual([]);
	});

	test("what stands beside a command in backticks is still read", () => {
		const token = dice.text(32, WORD);
		const script = `npx m \`\n  --token ${token} \`\n  --name x; KEY=\`pass show x\` API_KEY=${token} m`;
		expect(detectInArguments(["-c", script], "sh").map(({ start, end }) => script.slice(start, end))).toEqual([token, token]);
	});
});

describe("names of secrets that hold none", () => {
	test.each([
		["keys on a keyboard", "ACCESS_KEY", "ctrl+alt+r"],
		["keys on a keyboard", "ACCESS_KEY", "Ctrl+Shift+F12"],
		["keys on a keyboard", "ACCESS_KEY", "cmd-shift-7"],
		["keys on a keyboard", "ACCESS_KEY", "<Control><Alt>Delete"],
		["keys on a keyboard", "ACCESS_KEY", "CommandOrControl+Shift+X"],
		["keys on a keyboard", "ACCESS_KEY", "ctrl+k ctrl+shift+F5"],
		["algorithms", "KEY_EXCHANGE", "x25519-hkdf-sha256"],
		["algorithms", "KEY_EXCHANGE", "sntrup761-x25519"],
		["algorithms", "KEY_EXCHANGE", "X25519MLKEM768"],
		["algorithms", "KEY_EXCHANGE", "ECDH-ES+A256KW"],
		["algorithms", "KEY_EXCHANGE", "secp256r1-mlkem768"],
		["algorithms", "KEY_EXCHANGE", "x25519:secp256r1:ffdhe3072"],
		["a cipher", "SECRET_CIPHER", "aes-256-gcm-siv"],
		["what was sealed", "HERON_TOKEN", `kubeseal:${sealed}`],
		["a sealed secret", "HERON_PASSWORD", `sealed-secret:${sealed}`],
		["what GnuPG encrypted", "HERON_TOKEN", `gpg:${sealed}`],
		["what a cloud encrypted", "HERON_TOKEN", `aws-kms:v2:${sealed}`],
		["a cipher's name", "HERON_TOKEN", `aes256-gcm:${sealed}`],
		["an initialisation vector", "IV", hex],
		["an initialisation vector in words", "INIT_VECTOR", hex],
		["a number used once", "NONCE", hex],
		["an endpoint of a private network", "SEARCH", "vpce-0a1b2c3d4e5f6a7b8-9c0d1e2f.execute-api.us-east-1.vpce.amazonaws.com"],
	] as readonly (readonly [string, string, string])[])("%s: %s=%s", (_, key, value) => {
		expect(detectSecrets(key, value)).toEqual([]);
	});

	test("which run is meant", () => {
		expect(detectInArguments(["--run", hex, "--build", "01HZX3kQ9v7Tb2NcX5dFgHjK"], "m")).toEqual([]);
	});

	test.each([
		["a key behind a word for something else", "ENCRYPTION_KEY", `storage:${sealed}`],
		["a key for a cipher", "ENCRYPTION_KEY", `aes256:${dice.text(43, WORD)}=`],
		["a token with a sign for pressing together", "API_TOKEN", `ctrl+${dice.text(24, WORD)}`],
		["a token behind an algorithm", "API_TOKEN", `x25519-${dice.text(24, WORD)}`],
	])("%s is found", (_, key, value) => {
		expect(detectSecrets(key, value).some(({ confident }) => confident)).toBe(true);
	});
});
