import { constraintsText } from "../../core/constraints/text.ts";
import { messageName } from "../../core/live/message.ts";
import type { Grant } from "../../core/policy/layers.ts";
import { isPin } from "../../core/tools/pin.ts";
import { claimsToRead } from "../../core/tools/risk.ts";
import { readDefinition } from "../../platform/definitions.ts";
import type { Home } from "../../platform/home.ts";
import type { ListedTool } from "../../platform/launch/list-tools.ts";
import type { Tool } from "./model.ts";

export interface ToolSources {
	/** Null: never listed. */
	readonly listed: readonly ListedTool[] | null;
	readonly grant: Grant | null;
	readonly effective: Grant | null;
	/** What running servers list instead of what was approved, by `messageName`. */
	readonly drift: ReadonlyMap<string, string | null>;
	readonly home: Home | null;
}

/** The tools of a server, in its own order, then those that were granted and are gone. Null: never listed, and none was granted. */
export function toolsOf(sources: ToolSources): readonly Tool[] | null {
	const { listed, grant, effective, home } = sources;
	const granted = (grant ?? effective)?.tools ?? new Map<string, string>();
	if (listed === null && granted.size === 0) return null;
	// Granted elsewhere, and never listed here: what was approved is all that is known.
	const known =
		listed ?? [...granted].map(([name, pin]): ListedTool => ({ name, pin: isPin(pin) ? pin : null, definition: approved(pin) }));
	const gone = [...granted.keys()].filter((name) => !known.some((tool) => tool.name === name));
	return [...known.map(toTool), ...gone.map(toGone)];

	function toTool(tool: ListedTool): Tool {
		const pin = granted.get(tool.name);
		const running = pin === undefined ? undefined : sources.drift.get(messageName(tool.name));
		// A running server lists something else than what was last kept.
		const drifted = running !== undefined && running !== pin && tool.pin === pin;
		const now = drifted ? (running !== null && isPin(running) ? running : null) : tool.pin;
		const definition = drifted && now !== null ? (approvedOrNull(now) ?? tool.definition) : tool.definition;
		return {
			name: tool.name,
			state: stateOf(pin, now),
			effective: pin !== undefined && pin === now && effective?.tools.get(tool.name) === pin,
			pin: now,
			reads: claimsToRead({ name: tool.name, definition }),
			where: whereOf(tool.name),
			definition,
		};
	}

	function toGone(name: string): Tool {
		return { name, state: "gone", effective: false, pin: null, reads: false, where: whereOf(name), definition: {} };
	}

	function whereOf(name: string): readonly string[] {
		return ((effective ?? grant)?.constraints.get(name) ?? []).map(constraintsText).filter((text) => text !== "");
	}

	function approved(pin: string): ListedTool["definition"] {
		return approvedOrNull(pin) ?? {};
	}

	function approvedOrNull(pin: string): ListedTool["definition"] | null {
		return home === null ? null : readDefinition(home, pin);
	}
}

function stateOf(granted: string | undefined, now: string | null): Tool["state"] {
	if (granted === undefined) return now === null ? "unpinnable" : "denied";
	return granted === now ? "allowed" : "changed";
}
