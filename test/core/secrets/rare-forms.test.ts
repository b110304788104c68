import { describe, expect, test } from "vitest";
import { detectInArguments } from "../../../src/core/secrets/arguments.ts";
import { detectSecrets } from "../../../src/core/secrets/detector.ts";
import { Dice, HEX } from "./samples.ts";

const dice = new Dice(733);
const bytes = Array.from({ length: 64 }, () => dice.next(256));
const short = bytes.slice(0, 32);

const found = (key: string, value: string): readonly string[] =>
	detectSecrets(key, value).map(({ start, end, confident }) => `${confident ? "warning" : "hint"} ${value.slice(start, end)}`);

describe("a private key as a list of bytes", () => {
	test("under a name for one, of either length", () => {
		for (const key of ["SOL_WALLET_KEY", "KEYPAIR", "PRIVATE_KEY", "WALLET", "SEED", "HERON_SECRET"])
			for (const list of [JSON.stringify(bytes), `[${bytes.join(", ")}]`, bytes.join(","), JSON.stringify(short)])
				expect(found(key, list), key).toEqual([`warning ${list}`]);
	});

	test("within JSON and after a flag", () => {
		expect(found("CONFIG", JSON.stringify({ wallet: { secretKey: bytes } }))).toEqual([`warning ${JSON.stringify(bytes)}`]);
		expect(detectInArguments(["--keypair", JSON.stringify(bytes)], "m").map(({ confident }) => confident)).toEqual([true]);
	});

	test("without a name only where its length tells, and as a hint", () => {
		expect(found("SOLANA", JSON.stringify(bytes))).toEqual([`hint ${JSON.stringify(bytes)}`]);
		for (const [key, list] of [
			["COLORS", short],
			["PUBLIC_KEY", short],
			["EMBEDDING", bytes],
			["KEY_CODES", Array<number>(64).fill(0)],
			["API_KEY", bytes.map((_, i) => i)],
			["KEYS", [...bytes, 1]],
			["KEYS", bytes.map((byte) => byte + 200)],
		] as const)
			expect(found(key, JSON.stringify(list)), key).toEqual([]);
	});
});

test("a password that is called p stands beside a user", () => {
	for (const password of ["Distel482", "Biber-38x", "m2Kx81bPz0QwTn45LsVa"])
		for (const query of [`username=kai&p=${password}`, `u=kai&p=${password}&v=1.16`, `p=${password}&email=kai%40x.com`])
			expect(found("X", `https://x.heron.com/get?${query}`), query).toEqual([`warning ${password}`]);
	for (const query of ["p=12&u=kai", "user=kai&p=page2", "p=Distel482", "u=kai&p=home", "username=user&p=password", "u=kai&p=/a/b"])
		expect(found("X", `https://x.heron.com/get?${query}`), query).toEqual([]);
});

test("a wallet's key under a short name", () => {
	const hex = dice.text(64, HEX);
	for (const key of ["HERON_PK", "DEPLOYER_PRIVATE"])
		for (const value of [hex, `0x${hex}`]) expect(found(key, value), key).toEqual([`warning ${value}`]);
	expect(found("USER_PK", "48291")).toEqual([]);
});

test("collectors, and what a chat's bot logs in with", () => {
	expect(found("SPLUNK_HEC", "3f9a81c2-7d5e-4b60-a1f2-938475c6d7e8")).toEqual(["warning 3f9a81c2-7d5e-4b60-a1f2-938475c6d7e8"]);
	expect(found("SPLUNK_HEC", "https://splunk.heron.com:8088")).toEqual([]);
	const bot = `oauth:${dice.text(30, "0123456789abcdefghijklmnopqrstuvwxyz")}`;
	expect(found("TWITCH", bot)).toEqual([`warning ${bot}`]);
	expect(found("TWITCH", "oauth:google-workspace-accounts")).toEqual([]);
});
