import { NOTHING_ACCEPTED } from "../../core/policy/accepted-list.ts";
import type { PolicyLayer } from "../../core/policy/layers.ts";
import { forbidLayers, type OwnSettings } from "../../core/policy/own-settings.ts";
import type { Home } from "../home.ts";
import { acceptedPlaces, readAccepted } from "./accepted.ts";
import { saysMore } from "./held.ts";

/**
 * What a person accepted of what their own files say beside grants, for whoever looks at config files: nobody is asked to open a keychain for it.
 * Where it cannot be told, nothing of it was.
 */
export async function acceptedSettings(home: Home, layers: readonly PolicyLayer[]): Promise<OwnSettings> {
	if (!saysMore(layers) && acceptedPlaces(home).length === 0) return NOTHING_ACCEPTED.settings;
	const accepted = await readAccepted(home, { quiet: true });
	return accepted.ok ? accepted.value.settings : NOTHING_ACCEPTED.settings;
}

/** Every layer, and what a person accepted as forbidden and their files no longer forbid. */
export function withForbidden(layers: readonly PolicyLayer[], accepted: OwnSettings): readonly PolicyLayer[] {
	return [...layers, ...forbidLayers(layers, accepted)];
}
