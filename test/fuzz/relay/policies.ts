import { offersOf } from "../../../src/core/policy/offers.ts";
import type { RelayPolicy } from "../../../src/core/protocol/relay.ts";
import { instructionsPinOf, metaPinOf, type Pin, pinOf } from "../../../src/core/tools/pin.ts";
import { INSTRUCTIONS, PROMPT, TOOLS } from "../../fixtures/servers/hostile-player.mjs";

/** The secret of every run: it stands nowhere but in what a server is made to say. */
export const SECRET = "k9-Fz7Qw2xLm4Rt8Vb";

/** By name, what was approved. */
export const APPROVED: ReadonlyMap<string, object> = new Map(TOOLS.map((tool) => [tool.name, tool]));

/** What a call may not ask for, where a policy constrains it. */
export const FORBIDDEN = "/forbidden";

const pins = (...names: readonly string[]): ReadonlyMap<string, Pin> =>
	new Map(
		names.map((name) => {
			const pin = pinOf(APPROVED.get(name));
			if (pin === null) throw new Error(`${name} has no pin`);
			return [name, pin];
		}),
	);
const mayCall = (_: string, args: { readonly [key: string]: unknown }): boolean => args.path !== FORBIDDEN;

/** What was approved beside a definition. */
export const META = { page: "ui://read" };

const instructions = instructionsPinOf(INSTRUCTIONS) ?? undefined;
const meta = metaPinOf({ _meta: META });
const promptPins = { summary: pinOf(PROMPT) ?? "" };
const toolMeta: ReadonlyMap<string, Pin> = new Map(meta == null ? [] : [["read", meta]]);

/** What a person may grant, and change while a server runs. */
export const POLICIES: readonly RelayPolicy[] = [
	{ tools: pins("read", "café"), mayCall, toolMeta },
	{
		tools: pins("read", "café"),
		mayCall,
		...(instructions === undefined ? {} : { instructions }),
		offers: offersOf({
			prompts: ["summary"],
			promptPins,
			resources: ["file:///docs/**"],
			templates: ["file:///docs/{path}"],
			completions: true,
		}),
		asks: { sampling: 1000, elicitation: 1000, roots: 1000 },
	},
	{
		tools: pins("read"),
		mayCall,
		asks: { elicitation: 4 },
		limits: { callsPerMinute: 20, resultBytes: 1500, overlong: "cut", pending: 8 },
	},
	{ tools: pins("erase"), offers: offersOf({ prompts: ["*"], resources: ["notes://today"] }), limits: { resultBytes: 900 } },
	{ tools: new Map() },
];
