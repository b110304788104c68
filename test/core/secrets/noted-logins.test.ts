import { describe, expect, test } from "vitest";
import { detectInText } from "../../../src/core/secrets/detector.ts";

/** What is found beyond doubt. */
function found(text: string): readonly string[] {
	return detectInText(text)
		.filter(({ confident }) => confident)
		.map(({ start, end }) => text.slice(start, end));
}

describe("logins that people noted down in comments, a user and a password without a word for it", () => {
	test.each([
		["// login petra Wombat-8841", "Wombat-8841"],
		["# log in as ops qT7#vLm2xZ", "qT7#vLm2xZ"],
		["# creds deploy:Gletscher_77!", "Gletscher_77!"],
		["/* credentials: svc-build / hazel-otter-fern52 */", "hazel-otter-fern52"],
		["# Zugang: petra / Gletscher77", "Gletscher77"],
		["// acceso marta@nube.io tR4!pWq9s", "tR4!pWq9s"],
		["# compte ops : Loutre-grise-48", "Loutre-grise-48"],
		["-- account petra.k / fX82mbQ1zz", "fX82mbQ1zz"],
		["// mot de passe : loutre-grise-pomme48", "loutre-grise-pomme48"],
		["# passphrase of the old laptop: Gletscher_77!", "Gletscher_77!"],
		["// Kennwort vom Testserver im Keller: Gletscher77", "Gletscher77"],
		["// heslo pro databázi: Vydra-512", "Vydra-512"],
		["// pw of the router is Gletscher-77", "Gletscher-77"],
		["# root / fX82mbQ1zz", "fX82mbQ1zz"],
		["// svc:Gletscher77@10.1.2.3", "Gletscher77"],
		["# ssh petra@h, password Gletscher-77", "Gletscher-77"],
		["# Anmeldung petra / Gletscher77", "Gletscher77"],
		["/*\n * for the demo\n * login petra Wombat-8841\n */", "Wombat-8841"],
	])("%s", (text, secret) => {
		expect(found(text)).toEqual([secret]);
	});

	test.each([
		"// login page moved to /auth/v2login7",
		"# login with Windows11",
		"# user guide chapter12",
		"// access needs TLS1.3",
		"# account type premium2024 and above",
		"// sign in as admin before step 3",
		"# credentials for sha256-sums",
		"// login flow oauth2pkce",
		"# creds are read at start",
		"// konto im system-7 anlegen",
		"# password for the demo box: see room 12",
		"// password for release notes: chapter12",
		"# passwords of length: 12-64chars",
		"# access mode: write2all",
		"// account: 210987654321",
		"# root / user / group",
		"// user@host.example:8080 is the proxy",
		"# see login petra Wombat-8841 in the wiki of the team",
	])("nothing in %s", (text) => {
		expect(detectInText(text)).toEqual([]);
	});
});

describe("what a comment says was in use before", () => {
	test("is a credential if it looks like one", () => {
		const token = "hG7kQ2mZx9LrTb4WcV8nYp3DsF6jAe1U";
		expect(found(`# old: ${token}`)).toEqual([token]);
		expect(found(`// previous = "${token}"`)).toEqual([token]);
	});

	test("is a commit or a sum if it has their letters", () => {
		expect(found(`# old: ${"3fa9c1d27b".repeat(4)}`)).toEqual([]);
		expect(found("# previous: release-2024-05-candidate-three")).toEqual([]);
	});
});
