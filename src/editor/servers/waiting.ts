import { holdToAccepted } from "../../core/policy/accepted.ts";
import type { Accepted } from "../../platform/acceptance/accepted.ts";
import { waitingSettings } from "../../platform/approval/settings.ts";
import type { Home } from "../../platform/home.ts";
import { isNetworkAccepted } from "../../platform/network.ts";
import { readLayers } from "../../platform/policy-files.ts";

/** What stands in the person's own policy files and counts only once they accept it. */
export interface WaitingChanges {
	/** Names of servers, each once. Empty: nothing of a server waits. */
	readonly servers: readonly string[];
	/** What the files say beside grants is laxer than what was accepted. */
	readonly settings: boolean;
	/** How servers reach the internet is not what was accepted: no server with a network starts. */
	readonly network: boolean;
	/** The list of what was accepted is gone or damaged: nothing counts, and nothing can be approved, until it is begun anew. */
	readonly lost: boolean;
}

/** Null: nothing waits, or that cannot be told, which the servers say themselves. */
export function waitingChanges(home: Home, accepted: Accepted): WaitingChanges | null {
	const layers = readLayers(home, { workspace: null, narrowing: [] }, accepted);
	if (!layers.ok) return null;
	const { proposals, withdrawn } = holdToAccepted(layers.value, accepted);
	const names = [...proposals.map(({ server }) => server.name), ...withdrawn.map(({ grant }) => grant.name)];
	const settings = waitingSettings(layers.value, accepted.settings) !== null;
	const network = !isNetworkAccepted(home, accepted.network);
	const lost = accepted.damage !== null;
	return names.length === 0 && !settings && !network && !lost ? null : { servers: [...new Set(names)], settings, network, lost };
}
