import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { generateFakeToken } from "../../src/platform/example.ts";
import { ERAS } from "./attack.ts";
import { ATTACKS } from "./attacks/index.ts";
import { playInClass } from "./in-class.ts";
import { gotThrough, isUnclean } from "./seen.ts";

const secret = generateFakeToken();
const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-hostile-")));
const docs = path.join(folder, "docs");
fs.mkdirSync(docs);
fs.symlinkSync("/", path.join(docs, "link"));
afterAll(() => fs.rmSync(folder, { recursive: true }));

test("no two attacks have one name", () => {
	expect(new Set(ATTACKS.map(({ by, name }) => `${by} ${name}`)).size).toBe(ATTACKS.length);
});

describe.each(ERAS)("in %s", (era) => {
	const here = ATTACKS.filter(({ eras }) => eras?.includes(era) ?? true);

	test.each(here)("a hostile $by that $name gets through a pipe, and not through the relay", (attack) => {
		const pipe = playInClass(attack.play(era), era, secret, docs, true);
		expect(gotThrough(attack, pipe, secret)).toBe(true);
		if (attack.at === "stderr") return;
		const { reasons, warnings, goesOn, ...seen } = playInClass(attack.play(era), era, secret, docs);
		expect(gotThrough(attack, seen, secret), `${seen.host.slice(0, 2000)}\n-- server: ${seen.server.slice(0, 2000)}`).toBe(
			attack.notPromised !== undefined,
		);
		// Whatever it tried, no request hangs.
		expect(goesOn).toBe(true);
		expect(isUnclean(warnings), warnings).toBe(false);
		if (attack.logged !== null && attack.logged.length > 0)
			expect(
				attack.logged.filter((reason) => reasons.includes(reason)),
				reasons.join(" "),
			).not.toEqual([]);
	});
});
