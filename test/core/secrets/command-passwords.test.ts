import { describe, expect, test } from "vitest";
import { detectInArguments } from "../../../src/core/secrets/arguments.ts";
import { Dice, HEX, WORD } from "./samples.ts";

const dice = new Dice(61);
const token = `q7${dice.text(24, WORD)}4`;
const base64 = (text: string): string => Buffer.from(text).toString("base64");
const login = base64("Distel482");

/** What is found in a command: the program, and its arguments. */
function found(command: string, ...args: readonly string[]): readonly string[] {
	return detectInArguments(args, command).map(
		({ index, start, end, confident }) => `${confident ? "warning" : "hint"} ${args[index]?.slice(start, end)}`,
	);
}

describe("passwords in scripts for shells", () => {
	test.each([
		["a here-string for sudo", 'sudo -kS <<< "Distel482" m'],
		["one for Kerberos", "kinit kai@HERON <<< 'Distel482'"],
		["one without a blank", "kpasswd kai <<<Distel482"],
		["what is said again and again", "yes Distel482 | passwd kai"],
		["what is said into a file for it", "printf '%s' 'Distel482' > ~/.heron/password; m"],
		["the same without a blank", "echo Distel482 >/run/heron/pw && m"],
		["Expect", 'spawn ssh h; expect "assword:"; send "Distel482\\r"'],
		["Expect, that does not say what for", 'send "Distel482\\r"; interact'],
		["a keychain", "security unlock-keychain -p Distel482 login.keychain"],
	])("%s", (_, script) => {
		expect(found("bash", "-c", script)).toEqual(["warning Distel482"]);
	});

	test("in base64, for whoever decodes it", () => {
		for (const script of [
			`m --password $(echo ${login} | base64 -d)`,
			`PW="$(echo -n '${login}' | base64 --decode)" m`,
			`export DB_PASSWORD=\`echo ${login} | base64 -D\`; m`,
			`PW=$(base64 -d <<< ${login}) m`,
		])
			expect(found("bash", "-c", script), script).toEqual([`warning ${login}`]);
	});

	test("passphrases of keys", () => {
		expect(found("ssh-keygen", "-y", "-P", "Distel482", "-f", "k")).toEqual(["warning Distel482"]);
		expect(found("ssh-keygen", "-p", "-N", "Distel482", "-f", "k")).toEqual(["warning Distel482"]);
	});

	test.each([
		'sudo -S m <<< "$PW"',
		"cat <<< hello2world",
		"expect -c 'send \"exit\\r\"'",
		'send "yes\\r"; send "show version12\\r"',
		"echo aGVsbG8gd29ybGQ= | base64 -d > hello.txt",
		`PW=$(echo ${base64("your-password")} | base64 -d) m`,
		"PW=$(cat /run/secrets/pw | base64 -d) m",
		"echo done2024 > /tmp/log; m",
		"printf '%s' 'password' > /run/password",
		"kinit -kt /etc/krb5.keytab kai",
		"ssh-keygen -t ed25519 -N '' -f k",
	])("nothing in: %s", (script) => {
		expect(found("bash", "-c", script)).toEqual([]);
	});
});

describe("logins and flags of programs that nobody knows", () => {
	test("a scheme before the user", () => {
		for (const scheme of ["basic", "plain", "digest"])
			expect(found("m", "--auth", `${scheme}:kai:Distel482`)).toEqual(["warning Distel482"]);
		expect(found("m", "--auth=basic:kai:Distel482")).toEqual(["warning Distel482"]);
		for (const value of ["basic", "basic:user:password", "basic:email:api_token", "oauth:heron"])
			expect(found("m", "--auth", value), value).toEqual([]);
	});

	test("a short flag may be for a password", () => {
		for (const flag of ["-p", "-w", "-P"])
			for (const value of ["Distel482", "Biber-38", "Otter_77"]) expect(found("m", flag, value), value).toEqual([`hint ${value}`]);
	});

	test.each(
		"8080 8080:80 stock ./src tsconfig.json project-12 port3000 eu-west-1 @heron/mcp@1.2.0 python3 Python3 v1.2.3 profile1 node18 gpt-4o team-42 postgres16 chrome-120 Release2024 Windows11 9f8e7d6c5b4a".split(
			" ",
		),
	)("or for something else: %s", (value) => {
		for (const flag of ["-p", "-w", "-P"]) expect(found("m", flag, value)).toEqual([]);
	});

	test("a header of one's own, as one argument and as two", () => {
		expect(found("m", "--headers", "X-Heron", token)).toEqual([`warning ${token}`]);
		for (const flag of ["--header", "--extra-header", "--mcp-header", "-H"])
			expect(found("m", flag, `X-Brand: ${token}`), flag).toEqual([`warning ${token}`]);
		expect(found("m", "--auth-header", token)).toEqual([`warning ${token}`]);
		for (const header of [`X-Request-Id: ${token}`, `X-Brand: ${dice.text(40, HEX)}`, "X-Brand: heron-stock-2024", `X-Trace: ${token}`])
			expect(
				found("m", "--header", header).filter((each) => each.startsWith("warning")),
				header,
			).toEqual([]);
	});
});
