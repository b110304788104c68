import type { AuditEvent } from "../../src/core/audit/event.ts";
import { parseConstraints } from "../../src/core/constraints/parse.ts";
import { offersOf } from "../../src/core/policy/offers.ts";
import { LineSplitter } from "../../src/core/protocol/frame.ts";
import { type Action, Relay, type RelayPolicy } from "../../src/core/protocol/relay.ts";
import { KnownValues } from "../../src/core/secrets/known-values.ts";
import { instructionsPinOf, type Pin, pinOf } from "../../src/core/tools/pin.ts";
import { ArgumentsJudge } from "../../src/platform/constraints/judge.ts";
import { inflate } from "../../src/platform/inflate.ts";
import { INSTRUCTIONS, Player, PROMPT, TOOLS, type Written } from "../fixtures/servers/hostile-player.mjs";
import type { Era, Play } from "./attack.ts";
import { RESULT_BYTES } from "./grant.ts";
import type { Seen } from "./seen.ts";
import { LAST, stepsOf, written } from "./steps.ts";

export interface ClassRun extends Seen {
	readonly reasons: readonly string[];
	readonly warnings: string;
	/** The honest call after the attack was answered, or refused. */
	readonly goesOn: boolean;
}

/** Plays one attack against the class alone, or (`pipe`) with nothing between the two. */
export function playInClass(play: Play, era: Era, secret: string, docs: string, pipe = false): ClassRun {
	const events: AuditEvent[] = [];
	const got = { host: "", server: "", stderr: "" };
	let warnings = "";
	const player = new Player(play.server ?? {}, secret);
	const relay = relayWith(secret, docs, events);
	const lines = { host: new LineSplitter(), server: new LineSplitter() };
	const decoder = { host: new TextDecoder(), server: new TextDecoder() };

	const toHost = (bytes: Uint8Array): void => {
		got.host += decoder.host.decode(bytes, { stream: true });
	};
	const toServer = (bytes: Uint8Array): void => {
		got.server += decoder.server.decode(bytes, { stream: true });
		fromServer(player.receive(bytes));
	};
	const perform = (actions: readonly Action[]): void => {
		for (const action of actions) {
			if ("record" in action) events.push(action.record);
			else if ("warn" in action) warnings += `${action.warn}\n`;
			else if ("to" in action) (action.to === "host" ? toHost : toServer)(ended(action.bytes));
		}
	};
	const fromServer = (all: readonly Written[]): void => {
		for (const { to, bytes, chunk } of all) {
			if (to === "stderr") got.stderr += new TextDecoder().decode(bytes);
			else if (pipe) toHost(bytes);
			else {
				const size = chunk === 0 ? 65_536 : chunk;
				for (let at = 0; at < bytes.length; at += size) perform(relay.fromServer(lines.server.push(bytes.subarray(at, at + size))));
			}
		}
	};

	fromServer(player.start());
	for (const step of stepsOf(play, era)) {
		const { bytes } = written(step, docs);
		if (pipe) toServer(bytes);
		else perform(relay.fromHost(lines.host.push(bytes)));
	}
	const goesOn = got.host.includes(`"id":"${LAST}"`);
	return { ...got, reasons: events.map(({ reason }) => reason), warnings, goesOn };
}

function ended(bytes: Uint8Array): Uint8Array {
	const line = new Uint8Array(bytes.length + 1);
	line.set(bytes);
	line[bytes.length] = 10;
	return line;
}

/** What a careless person grants: much. */
function relayWith(secret: string, docs: string, events: AuditEvent[]): Relay {
	const judge = new ArgumentsJudge();
	const constraints = parseConstraints([`path=within:${docs}`, "path=optional"], (path) => path);
	if (!constraints.ok || constraints.value === null) throw new Error("no constraints");
	const several = [constraints.value];
	const policy: RelayPolicy = {
		tools: new Map(TOOLS.slice(0, 2).map((tool): [string, Pin] => [tool.name, pinOf(tool) ?? fail("no pin")])),
		instructions: instructionsPinOf(INSTRUCTIONS) ?? fail("no pin"),
		offers: offersOf({
			prompts: ["summary"],
			promptPins: { summary: pinOf(PROMPT) ?? fail("no pin") },
			resources: ["file:///docs/**"],
			completions: true,
		}),
		asks: { sampling: 10, elicitation: 10, roots: 10 },
		limits: { callsPerMinute: 100, resultBytes: RESULT_BYTES },
		mayCall: (tool, args) => tool !== "read" || judge.judge(several, args) === null,
	};
	return new Relay({
		policy,
		server: "files",
		random: "r4nd0m",
		record: (event) => {
			events.push(event);
			return true;
		},
		secrets: new KnownValues([secret], inflate),
	});
}

function fail(why: string): never {
	throw new Error(why);
}
