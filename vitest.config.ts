import { defineConfig } from "vitest/config";

/** They make the documentation's pictures and test nothing, so they run when they are asked for: SCREENSHOTS=1. */
const PICTURES = process.env.SCREENSHOTS === "1" ? [] : ["test/editor/pictures.test.ts"];

export default defineConfig({
	test: {
		environment: "node",
		reporters: ["default", "./test/harness/reporter.ts"],
		// Timings of earlier runs are not kept: a run leaves nothing behind in a clone that two accounts may share.
		cache: false,
		testTimeout: 60_000,
		hookTimeout: 120_000,
		projects: [
			{
				extends: true,
				test: {
					name: "programs",
					include: ["test/**/*.test.ts"],
					exclude: ["test/editor/**"],
					globalSetup: "test/harness/global-setup.ts",
				},
			},
			{
				extends: true,
				test: {
					name: "editor",
					include: ["test/editor/**/*.test.ts"],
					// These run inside the extension host: test/editor/integration.test.ts starts them there.
					exclude: ["test/editor/suite/**", ...PICTURES],
					globalSetup: ["test/harness/global-setup.ts", "test/editor/harness/global-setup.ts"],
					// An editor, its window and a keychain want the machine for themselves: one file at a time, after all others.
					maxWorkers: 1,
					fileParallelism: false,
					sequence: { groupOrder: 1 },
					testTimeout: 180_000,
				},
			},
		],
	},
});
