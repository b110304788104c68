import { describe, expect, test } from "vitest";
import { detectInArguments } from "../../../src/core/secrets/arguments.ts";
import { hereDocuments } from "../../../src/core/secrets/here-documents.ts";
import { wholePiece } from "../../../src/core/secrets/piece.ts";

/** What is found beyond doubt in a script for a shell. */
function found(script: string): readonly string[] {
	return detectInArguments(["-c", script], "bash")
		.filter(({ confident }) => confident)
		.map(({ start, end }) => script.slice(start, end));
}

describe("here-documents", () => {
	test.each([
		["docker login ghcr.io -u petra --password-stdin <<EOF\nWombat-8841\nEOF\nexec npx srv", "Wombat-8841"],
		["cat <<'END' | gh auth login --with-token\nqX7vB2nM9kLpR4tZ8wYcD3fGhJ6s\nEND\nsrv --stdio", "qX7vB2nM9kLpR4tZ8wYcD3fGhJ6s"],
		["cat > .env <<-X\n\tSMTP_PASSWORD=p$ q9!Tz_v\n\tX\nsrv", "p$ q9!Tz_v"],
		['tee conf.yaml <<"Y"\nauth:\n  client_secret: hG7kQ2mZx9LrTb4WcV8nYp3D\nY\nsrv', "hG7kQ2mZx9LrTb4WcV8nYp3D"],
		["sudo -S true <<PW\nGletscher_77!", "Gletscher_77!"],
	])("are read as their reader reads them: %j", (script, secret) => {
		expect(found(script).join(" ")).toContain(secret.split(" ")[0]);
	});

	test.each([
		"cat > notes.md <<EOF\nThe password is in the vault.\nEOF\nsrv",
		"docker login --password-stdin <<EOF\n$TOKEN\nEOF",
		"psql <<SQL\nselect id, token_hash from users;\nSQL",
		"node srv.js <<< ready",
	])("hold nothing in %j", (script) => {
		expect(found(script)).toEqual([]);
	});

	test("one behind another, and one that nothing ends", () => {
		const bodies = hereDocuments(wholePiece("a <<A\n1\nA\nb --password-stdin <<B\n2\nmore")).map(({ name, body }) => [name, body.text]);
		expect(bodies).toEqual([
			[null, "1"],
			["password", "2\nmore"],
		]);
	});

	test("are passed over in time where thousands begin", () => {
		expect(hereDocuments(wholePiece("a <<A\n".repeat(20_000)))).toHaveLength(1);
		expect(hereDocuments(wholePiece("a <<A\nA\n".repeat(20_000)))).toHaveLength(20);
	});
});
