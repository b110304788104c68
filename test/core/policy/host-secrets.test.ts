import { expect, test } from "vitest";
import { mayReceiveSecrets, narrowHostSecrets } from "../../../src/core/policy/host-secrets.ts";

test("keys and tokens of the host go to the tools that are named, or everywhere", () => {
	expect([mayReceiveSecrets(["a"], "a"), mayReceiveSecrets(["a"], "b"), mayReceiveSecrets(["a"], null)]).toEqual([true, false, false]);
	expect([mayReceiveSecrets(["*"], "b"), mayReceiveSecrets(["*"], null), mayReceiveSecrets([], "*")]).toEqual([true, true, false]);
});

test("a layer that says nothing of it leaves it; one that names tools leaves those that both name", () => {
	expect(narrowHostSecrets(["a", "b"], undefined)).toEqual(["a", "b"]);
	expect(narrowHostSecrets(["a", "b"], ["b", "c"])).toEqual(["b"]);
	expect(narrowHostSecrets(["*"], ["c"])).toEqual(["c"]);
	expect(narrowHostSecrets(["a"], ["*"])).toEqual(["a"]);
	expect(narrowHostSecrets(["a"], [])).toEqual([]);
	expect(narrowHostSecrets([], ["*"])).toEqual([]);
});
