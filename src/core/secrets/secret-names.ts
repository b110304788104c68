import type { ConfigDocument } from "../config/server.ts";
import type { Span } from "../text.ts";
import { detectInText } from "./detector.ts";

/** No token of a known form is shorter; most names are. */
const SHORTEST_TOKEN = 12;

/** The names of servers, variables and headers that are credentials themselves: a name is no place for one, but somebody pastes it there. */
export function secretNames(document: Pick<ConfigDocument, "servers">): readonly Span[] {
	return document.servers.flatMap((server) => {
		const pairs = server.kind === "stdio" ? server.env : server.headers;
		return [server.name, ...pairs.map(({ name }) => name)]
			.filter(({ value }) => value.length >= SHORTEST_TOKEN && detectInText(value).length > 0)
			.map(({ span }) => span);
	});
}
