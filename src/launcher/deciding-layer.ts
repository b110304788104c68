import type { DecidingLayer } from "../core/audit/event.ts";
import { holdToAccepted } from "../core/policy/accepted.ts";
import { type Asked, explain, type Judge } from "../core/policy/explain.ts";
import { traceGrant } from "../core/policy/layers.ts";
import type { Accepted } from "../platform/acceptance/accepted.ts";
import type { Home } from "../platform/home.ts";
import { readLayers } from "../platform/policy-files.ts";
import type { RunArguments } from "./arguments.ts";
import type { Place } from "./prepare.ts";

/**
 * Which policy refused what was asked for, as the files are at this moment, held to what a person accepted. Undefined: none of them does by itself, or they do
 * not parse.
 */
export function decidingLayer(
	request: RunArguments,
	home: Home,
	place: Place,
	accepted: Accepted | null,
	asked: Asked,
	judge: Judge,
): DecidingLayer | undefined {
	const read = readLayers(home, place.sources, accepted);
	if (!read.ok || accepted === null) return undefined;
	const { layers } = holdToAccepted(read.value, accepted);
	const traced = traceGrant(layers, { name: request.name, command: request.command, args: request.args, folder: place.folder });
	const last = traced.found ? explain(traced.steps, asked, judge).layers.at(-1) : undefined;
	return last?.refuses === true ? { source: last.source, file: last.file, says: last.says } : undefined;
}
