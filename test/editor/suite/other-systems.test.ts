import * as assert from "node:assert/strict";
import { suite, test } from "mocha";
import type { Configs, OpenConfig } from "../../../src/editor/configs/configs.ts";
import { wrappingIn } from "../../../src/editor/configs/fixes/context.ts";
import type { Services } from "../../../src/editor/services.ts";

suite("on a system where servers cannot be confined yet (its name is handed in)", () => {
	for (const platform of ["darwin", "win32"])
		test(`no secret moves and no entry is put behind a launcher that would refuse it: ${platform}`, () => {
			const context = { services: { platform } as Services, configs: {} as Configs };
			const wrapping = wrappingIn(context, {} as OpenConfig, { path: "/home/you/.sallyport", stub: "/home/you/.sallyport/bin/sallyport" });
			assert.equal(wrapping.ok ? "" : wrapping.problem.code, "sandbox-unsupported");
		});
});
