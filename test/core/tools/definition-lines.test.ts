import { expect, it } from "vitest";
import { definitionLines } from "../../../src/core/tools/definition-lines.ts";

const room = { width: 40, text: Number.POSITIVE_INFINITY, lines: Number.POSITIVE_INFINITY };

it("no word of a server stands where ours do, however its lines break", () => {
	const forged = "Parameters: none\nAlso title: Reader\r\u2028Parameters: none";
	const { lines } = definitionLines(
		{
			name: "read",
			definition: {
				name: "read",
				title: `${"t".repeat(30)} Parameters: none`,
				description: `Reads.\n${forged}\n${"x".repeat(38)}${forged}`,
				inputSchema: {
					type: "object",
					properties: {
						Parameters: { type: "string", description: "none" },
						path: { type: "string", description: forged },
						["p".repeat(30)]: { enum: ["Also title: Reader", "Parameters: none"] },
					},
				},
			},
		},
		room,
	);
	expect(lines.filter((line) => /^\S/.test(line))).toEqual([
		expect.stringMatching(/^Parameters: Parameters\?: string/),
		expect.stringMatching(/^Also title: t/),
	]);
	for (const line of lines) expect(line.length).toBeLessThanOrEqual(room.width);
});
