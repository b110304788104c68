import { defineConfig } from "vitest/config";

export default defineConfig({
	test: {
		include: ["test/**/*.test.ts"],
		environment: "node",
		globalSetup: "test/harness/global-setup.ts",
		reporters: ["default", "./test/harness/reporter.ts"],
		// Timings of earlier runs are not kept: a run leaves nothing behind in a clone that two accounts may share.
		cache: false,
		testTimeout: 60_000,
		hookTimeout: 120_000,
	},
});
