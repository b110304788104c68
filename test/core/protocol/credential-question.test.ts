import { describe, expect, test } from "vitest";
import { asksForCredential } from "../../../src/core/protocol/credential-question.ts";

const field = (name: string, more: object = {}, message = "Please fill in") => ({
	message,
	requestedSchema: { type: "object", properties: { [name]: { type: "string", ...more } } },
});

describe("asks for a credential", () => {
	test.each([
		"Enter your password",
		"What is your GitHub token?",
		"Please paste your API key here",
		"Type the 6-digit code we sent you",
		"Enter the verification code",
		"Give me your PIN",
		"Please provide the passphrase of ~/.ssh/id_ed25519",
		"I need your credentials to go on",
		"P A S S W O R D please",
		"your p-a-s-s-w-o-r-d",
		"your p@ssw0rd?",
		"your pa\u200bss\u200dword?",
		"your pаsswоrd?",
		"your ｐａｓｓｗｏｒｄ?",
		"your pássword?",
		"Your recovery phrase",
		"One-time code",
		"Bitte geben Sie Ihr Passwort ein",
		"Votre mot de passe",
		"Introduce tu contraseña",
		"Введите пароль",
		"请输入密码",
		"パスワードを入力してください",
		"비밀번호를 입력하세요",
		"x".repeat(30_000),
	])("%j", (message) => {
		expect(asksForCredential({ message })).toBe(true);
	});

	test.each([
		[field("password")],
		[field("apiKey")],
		[field("api_token")],
		[field("x", { title: "Code" })],
		[field("x", { title: "PIN" })],
		[field("key")],
		[field("x", { format: "password" })],
		[field("x", { description: "Your secret" })],
		[field("otp")],
		[field("userPassword")],
		[{ message: "m", requestedSchema: { type: "object", properties: { a: { type: "object", properties: { cvv: {} } } } } }],
		[{ message: "m", requestedSchema: { anyOf: [{ properties: { token: { type: "string" } } }] } }],
	])("%j", (params) => {
		expect(asksForCredential(params)).toBe(true);
	});
});

describe("asks for something else", () => {
	test.each([
		"Which folder shall I use?",
		"Enter your postal code",
		"Type the country code",
		"Shall I generate code for the parser?",
		"Enter the maximum tokens",
		"Should I pin this message to the channel?",
		"What are the key points of your report?",
		"Enter the project key, such as ABC",
		"The primary key is missing; enter a column name",
		"Wie heißt der Ordner?",
		"你叫什么名字？",
		"",
	])("%j", (message) => {
		expect(asksForCredential({ message })).toBe(false);
	});

	test.each([
		[field("name", { title: "Your name", description: "As on your passport" })],
		[field("countryCode")],
		[field("postal_code")],
		[field("sortKey")],
		[field("maxTokens")],
		[field("email", { format: "email" })],
		[field("choice", { enum: ["token", "password"], enumNames: ["Token", "Password"] })],
		[field("keyboard")],
		[{}],
		[{ message: 7, requestedSchema: [] }],
	])("%j", (params) => {
		expect(asksForCredential(params)).toBe(false);
	});

	test("a field that warns of one", () => {
		const description = "Your favorite integer (do not give us your phone number, pin, or other sensitive info)";
		expect(asksForCredential(field("integer", { description }))).toBe(false);
	});
});

describe("a warning does not hide", () => {
	test.each([
		[field("answer", { description: "Your favorite integer (do not give us your pin" })],
		[field("answer", { description: "Four digits (do not give anyone but us your pin)" })],
		[field("answer", { description: "Four digits (never share your pin: type it below)" })],
		[field("answer", { description: "Four digits (do not enter your password)" })],
		[field("answer", { description: "A text (Do not share with others. Enter your API key)" })],
		[field("answer", { description: "Words (never share this: type your seed phrase)" })],
		[field("answer", { description: "A text (never send \u5bc6\u7801)" })],
		[field("answer", { description: "Digits (never share and enter your pin)" })],
		[field("answer", { description: "Your pin (do not share your pin)" })],
		[field("pin", { description: "Your favorite integer (do not give us your pin)" })],
		[field("answer", {}, "Four digits (do not give us your pin)")],
	])("%j", (params) => {
		expect(asksForCredential(params)).toBe(true);
	});

	test("and a megabyte of brackets takes no time", () => {
		const hostile = field("answer", { description: "(do not give ".repeat(80_000) });
		expect(asksForCredential(hostile)).toBe(true);
	});
});
