import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, expect, expectTypeOf, it } from "vitest";
import type { Result } from "../../src/core/result.ts";
import { sha256Hex } from "../../src/core/sha256.ts";
import type { ProvingSteps, startBare } from "../../src/launcher/bare.ts";
import { createHome, type Home } from "../../src/platform/home.ts";
import type { LaunchFacts, ProvedFacts } from "../../src/platform/launch/facts.ts";
import { type ClaimedFacts, claimFacts } from "../../src/platform/launch/verify.ts";

let folder = "";
let home: Home;
let program = "";
beforeEach(() => {
	folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "sallyport-proved-")));
	const made = createHome(path.join(folder, "home"), { unattended: true });
	if (!made.ok) throw new Error(made.problem.message);
	home = made.value;
	program = path.join(folder, "program");
	fs.writeFileSync(program, "approved");
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const factsNow = (): LaunchFacts => ({
	executable: { path: program, sha256: sha256Hex(fs.readFileSync(program)), startedAs: program },
	argv: [],
	code: { kind: "none" },
	roots: [],
	mutable: false,
});

it("what is claimed of a launch cannot be taken for what is proved: only the proof gives that, for the same facts", async () => {
	expectTypeOf<ClaimedFacts["unproved"]>().not.toExtend<ProvedFacts>();
	expectTypeOf<ReturnType<ClaimedFacts["prove"]>>().toEqualTypeOf<Result<ProvedFacts>>();
	expectTypeOf<Awaited<ReturnType<ProvingSteps["meanwhile"]>>>().toEqualTypeOf<Result<ProvedFacts>>();
	expectTypeOf<() => Promise<Result<LaunchFacts>>>().not.toExtend<ProvingSteps["meanwhile"]>();
	expectTypeOf<Parameters<typeof startBare>[2]>().toEqualTypeOf<ProvingSteps>();
	const facts = factsNow();
	const claimed = await claimFacts(facts, home, "approve");
	expect(claimed.ok && claimed.value.prove(null)).toEqual({ ok: true, value: facts });
});

it("a program that is replaced between the claim and the proof is not proved", async () => {
	const facts = factsNow();
	const { dev, ino, size, mtimeNs, ctimeNs } = fs.statSync(program, { bigint: true });
	const fact = `${[dev, ino, size, mtimeNs, ctimeNs].join(":")} ${facts.executable.sha256}`;
	const forged = { version: 2, entries: { [program]: { fact, code: "0".repeat(64), used: 1 } } };
	fs.writeFileSync(path.join(home.state, "hashes.json"), JSON.stringify(forged));
	const claimed = await claimFacts(facts, home, "approve");
	fs.writeFileSync(program, "replaced");
	expect(claimed.ok && claimed.value.prove(null)).toMatchObject({ ok: false, problem: { code: "code-changed" } });
});
