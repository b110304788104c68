import { describe, expect, test } from "vitest";
import { detectInText } from "../../../src/core/secrets/detector.ts";

/** What is found beyond doubt. */
function found(text: string): readonly string[] {
	return detectInText(text)
		.filter(({ confident }) => confident)
		.map(({ start, end }) => text.slice(start, end));
}

describe("passwords that people noted down in comments", () => {
	test.each([
		["// password = Distel482", "Distel482"],
		["# db password = heron-Biber38", "heron-Biber38"],
		["// Passwort = Biber-38 (the old one)", "Biber-38"],
		["# PASSWORD = 'Distel482'", "Distel482"],
		["// senha Biber-38", "Biber-38"],
		["# mot de passe Loutre.38", "Loutre.38"],
		["# hasło Bóbr-38", "Bóbr-38"],
		["/* pw Biber_38 */", "Biber_38"],
		["// password Biber-38, since May", "Biber-38"],
		["# curl -u kai:Distel482 https://x.heron.com/api", "Distel482"],
		["// $ curl --user 'kai:Biber-38' https://x.heron.com", "Biber-38"],
		["# sshpass -p Distel482 ssh kai@h", "Distel482"],
		["/*\n * mysql -u kai -pDistel482 stock\n */", "Distel482"],
	])("%s", (text, secret) => {
		expect(found(text)).toEqual([secret]);
	});

	test.each([
		"// password = none",
		"# password = see wiki",
		"# the password policy-27 applies",
		"// password section-42",
		"// password SHA-256",
		"# password PBKDF2-SHA512",
		"# password JIRA-4821",
		"# password ISO-27001 compliant",
		"# password 2024-05-01",
		"// const password = hash64",
		"// password = config.password",
		"// if password = expected27",
		"# password = sha256",
		"// the token rotation-2024",
		"# curl -u user:password https://x.heron.com",
		"# curl -u $USER:$PASS https://x.heron.com",
		"// curl -u admin:admin http://x.heron.com",
		"# docker run -u 1000:1000 -e PASSWORD m",
		"// git commit -m 'password reset-2024'",
		"# mysql -uroot -psecret stock",
		"// see password Section12",
		"// no password Windows10",
		"# git is needed here - token: see the wiki",
	])("nothing in %s", (text) => {
		expect(detectInText(text)).toEqual([]);
	});

	test("takes no time for long comments", () => {
		for (const unit of ["# curl -u a:b ", "\n# curl -", "password = ", "password Biber-38 ", "// ", "# pw a"]) {
			const start = performance.now();
			detectInText(`// ${unit.repeat(60_000 / unit.length)}`);
			// Quadratic time would be minutes here; the bound only has to tell the two apart on any machine.
			expect(performance.now() - start, unit).toBeLessThan(10_000);
		}
	});
});
