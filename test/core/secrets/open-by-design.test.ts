import { describe, expect, test } from "vitest";
import { detectInArguments } from "../../../src/core/secrets/arguments.ts";
import { detectInText, detectSecrets } from "../../../src/core/secrets/detector.ts";
import { Dice, HEX, WORD } from "./samples.ts";

const dice = new Dice(73);
const UPPER = "ABCDEFGHJKLMNPQRSTUVWXYZ234567";
const BASE64 = `${WORD}+/`;

function found(key: string | null, value: string): readonly string[] {
	return detectSecrets(key, value).map(({ start, end }) => value.slice(start, end));
}

function block(kind: string): string {
	const lines = Array.from({ length: 6 }, () => dice.text(64, BASE64));
	return [`-----BEGIN ${kind}-----`, ...lines, `-----END ${kind}-----`].join("\n");
}

describe("who signed an address is no secret, the signature is", () => {
	const signature = dice.text(64, HEX);
	test.each([
		`https://shop.s3.eu-west-1.amazonaws.com/a.json?X-Amz-Credential=AKIA${dice.text(16, UPPER)}%2F20260801%2Feu-west-1%2Fs3%2Faws4_request&X-Amz-Signature=${signature}`,
		`https://shop.s3.amazonaws.com/a.json?AWSAccessKeyId=AKIA${dice.text(16, UPPER)}&Expires=1790000000&Signature=${signature}`,
		`https://storage.googleapis.com/shop/a?GoogleAccessId=build@shop-1.iam.gserviceaccount.com&Expires=1790000000&Signature=${signature}`,
	])("%s", (url) => {
		expect(found("MANIFEST_URL", url)).toEqual([signature]);
	});
});

describe("certificates and public keys", () => {
	test.each(["CERTIFICATE", "PUBLIC KEY", "X509 CRL", "DH PARAMETERS"])("a %s given to a container is none", (kind) => {
		expect(detectInArguments(["run", "-e", `PEER=${block(kind)}`, "acme/srv:2"], "docker")).toEqual([]);
	});

	test("what stands beside one is found", () => {
		const secret = dice.text(32, WORD);
		expect(found("BUNDLE", `TLS=${block("CERTIFICATE")}\nAPI_TOKEN=${secret}`)).toEqual([secret]);
		const key = block("EC PRIVATE KEY");
		expect(found("BUNDLE", `${block("CERTIFICATE")}\n${key}`)).toEqual([key]);
	});
});

describe("what names a thing, whatever random text it is", () => {
	test.each([
		["GREETING_HEX", Buffer.from("otters sleep afloat, hand in hand").toString("hex")],
		["BOARD_URL", `https://www.figma.com/design/${dice.text(22, WORD)}/board?node-id=1-2&t=${dice.text(16, WORD)}-0`],
		["MEETING", `https://calendar.google.com/calendar/event?eid=${dice.text(40, WORD)}`],
		["MAP_STYLE", `mapbox://styles/otter/${dice.text(25, "abcdefghijkmnpqrstuvwxyz0123456789")}`],
		["PUSHER_KEY", dice.text(20, HEX)],
		["Authorization", "Bearer P@ssw0rd!"],
	])("%s = %s", (key, value) => {
		expect(found(key, value)).toEqual([]);
	});

	test("a program of a tenant, beside the secret that lets it in", () => {
		const uuid = (): string => [8, 4, 4, 4, 12].map((length) => dice.text(length, HEX)).join("-");
		const secret = dice.text(40, WORD);
		expect(found("CUBE", `Data Source=x;User ID=app:${uuid()}@${uuid()};Password=${secret};`)).toEqual([secret]);
	});
});

describe("a key that every app of Firebase carries", () => {
	test.each(["FIREBASE_API_KEY", "firebaseWebApiKey"])("is not warned of under %s", (name) => {
		const detections = detectSecrets(name, `AIzaSy${dice.text(33, WORD)}`);
		expect(detections.filter(({ confident }) => confident)).toEqual([]);
	});

	test("is one under another name", () => {
		expect(found("MAPS_API_KEY", `AIzaSy${dice.text(33, WORD)}`)).toHaveLength(1);
	});
});

describe("tokens of which a part says that it will stand there", () => {
	test.each(["MTkyODM3NDY1MDE5Mjgz.YourBotTokenHere.x1y2", "NzkyMTU0.REPLACE_THIS_PART.abc", "p@ssw0rd!", "Pa$$w0rd1"])("%s", (value) => {
		expect(found("CHAT_TOKEN", value)).toEqual([]);
	});
});

describe("signs that belong to a password", () => {
	const password = dice.text(14, WORD);
	test.each([
		["braces that quote it", `Driver=x;Server=db;UID=sam;PWD={${password}};`, password],
		["an ampersand between blanks", `host=db user=sam password=aQ7&${password} sslmode=require`, `aQ7&${password}`],
	])("%s", (_, value, secret) => {
		expect(found("DSN", value)).toEqual([secret]);
	});

	test("braces around a word mark a place", () => {
		expect(found("DSN", "Driver=x;Server=db;UID=sam;PWD={password};")).toEqual([]);
	});
});

describe("a password behind `-p` without a blank", () => {
	const password = `${dice.text(11, WORD)}7aQ`;
	test("of any program that is given a user", () => {
		for (const user of [["-u", "root"], ["-uroot"], ["--user=root"]]) {
			const args = ["-h", "db.shop.lan", ...user, `-p${password}`];
			expect(detectInArguments(args, "stock-mcp").map(({ index, start }) => [index, start])).toEqual([[args.length - 1, 2]]);
		}
	});

	test("a port or a path is none", () => {
		expect(detectInArguments(["-u", "root", "-p8080:80443", "-p/var/lib/data12"], "stock-mcp")).toEqual([]);
	});
});

test("a cookie that a program is given", () => {
	const session = dice.text(32, WORD);
	expect(detectInArguments(["-b", `sid=${session}; lang=de`, "https://x.shop.com"], "curl").map(({ start, end }) => [start, end])).toEqual([
		[4, 36],
	]);
	expect(detectInArguments(["-b", "mode=fast"], "srv")).toEqual([]);
});

test("a password that a provider makes for one app", () => {
	const password = [1, 2, 3, 4].map(() => dice.text(4, "bcdfghjkqxz")).join(" ");
	expect(found("MAIL_TOKEN", password)).toEqual([password]);
	expect(found("MAIL_TOKEN", "this that with from")).toEqual([]);
});

test("a token whose parts look like the beginning of one is a token, and a beginning alone is none", () => {
	for (const body of ["FBJxMdyv_zspX_lJx_o_", "IvJghxUf-vrdom1_lvs-"])
		expect(detectInText(`x: ${"glpat"}-${body} y`).map(({ title }) => title)).toEqual(["GitLab token"]);
	for (const beginning of ["sk-ant-api03-", "github_pat_", "vercel_blob_rw_"]) expect(detectInText(`TOKEN=${beginning}`)).toEqual([]);
});
