import * as z from "zod/mini";

const Line = z.discriminatedUnion("outcome", [
	z.object({ outcome: z.literal("passed"), name: z.string() }),
	z.object({ outcome: z.literal("skipped"), name: z.string() }),
	z.object({ outcome: z.literal("failed"), name: z.string(), stack: z.string() }),
	z.object({ outcome: z.literal("end") }),
]);

/** One line of what a suite inside the extension host reports. */
export type InnerLine = z.infer<typeof Line>;
export type InnerTest = Exclude<InnerLine, { readonly outcome: "end" }>;

/** The tests of a report, in their order; throws when it does not come to its end, or has nothing in it that passed or failed. */
export function readReport(text: string): InnerTest[] {
	const lines = text
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => Line.parse(JSON.parse(line)));
	const tests = lines.filter((line) => line.outcome !== "end");
	if (lines.at(-1)?.outcome !== "end")
		throw new Error(`The suite stopped after ${tests.length} tests, the last: ${tests.at(-1)?.name ?? "none"}.`);
	if (tests.every(({ outcome }) => outcome === "skipped")) throw new Error("The suite ran no test.");
	return tests;
}
