import { describe, expect, test } from "vitest";
import { detectInArguments } from "../../../src/core/secrets/arguments.ts";
import { detectSecrets } from "../../../src/core/secrets/detector.ts";

const severities = (key: string, value: string): readonly string[] =>
	detectSecrets(key, value).map(({ start, end, confident }) => `${confident ? "warning" : "hint"} ${value.slice(start, end)}`);

describe("passwords whose words are those of placeholders", () => {
	test.each([
		"Passwort4512",
		"ring-token-48",
		"qwerty712",
		"mysecret99",
		"postgres99",
		"user417",
		"contrasena482",
		"dbpass2291",
		"Secret!77",
		"kai-secret-11",
		"云南Abc456",
	])("with a number that nobody writes into a manual: %s", (value) => {
		expect(severities("DB_PASSWORD", value)).toEqual([`warning ${value}`]);
		expect(severities("DB", `postgres://kai:${value}@db.heron.com/stock`)).toEqual([`warning ${value}`]);
		expect(severities("DB", `Server=db;User Id=kai;Password=${value};`)).toEqual([`warning ${value}`]);
		expect(detectInArguments(["--password", value], "m").map(({ confident }) => confident)).toEqual([true]);
	});

	test.each([
		"secretIsland4",
		"Start_pass3",
		"prod_db_pass_7",
		"geheim123",
		"root123",
		"admin2024",
		"Geheim!2024",
		"tokyo_token_12",
		"test2291",
	])("that may be one of a manual: %s", (value) => {
		expect(severities("DB_PASSWORD", value)).toEqual([`hint ${value}`]);
	});

	test.each([
		...[
			"password",
			"password1",
			"password123",
			"password-1234",
			"PASSWORD_12",
			"Passwort123",
			"changeme",
			"changeme123",
			"ChangeMe123!",
			"Changeme482",
		],
		...[
			"your_password",
			"YourPassword123",
			"your_password_123",
			"yourpassword2024",
			"example_password_2024",
			"insert_password_1",
			"sample-pass-01",
		],
		...[
			"user",
			"user1",
			"user123",
			"admin",
			"admin1",
			"admin123",
			"root",
			"secret",
			"secret1",
			"secret1234",
			"SuperSecret123",
			"my_password_1",
			"db_pass_1",
		],
		...[
			"test123",
			"test1234",
			"testpassword123",
			"test-pass-123",
			"mock-secret-42",
			"sandbox2024",
			"postgres",
			"postgres123",
			"mysql123",
			"redis123",
		],
		...[
			"foo123",
			"minio123",
			"dbpassword",
			"demo1234",
			"guest123",
			"postgres5432",
			"oauth2_secret",
			"k8s-secret-v2",
			"abc123",
			"你的密码123",
			"Пароль123",
		],
	])("those of manuals are left alone: %s", (value) => {
		expect(severities("DB_PASSWORD", value)).toEqual([]);
		expect(severities("DB", `postgres://user:${encodeURIComponent(value)}@db.heron.com/stock`)).toEqual([]);
	});

	test("under a name for a token they stay placeholders", () => {
		for (const value of ["ring-token-48", "mysecret99", "user417"]) expect(severities("API_TOKEN", value), value).toEqual([]);
	});
});
