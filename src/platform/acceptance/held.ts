import { plain, shellWord } from "../../core/plain-text.ts";
import { type Held, holdToAccepted, type Proposal } from "../../core/policy/accepted.ts";
import { NOTHING_ACCEPTED } from "../../core/policy/accepted-list.ts";
import { grantsOf, type PolicyLayer } from "../../core/policy/layers.ts";
import { ownSettings } from "../../core/policy/own-settings.ts";
import type { Withdrawn } from "../../core/policy/withdrawn.ts";
import { ok, type Problem, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { type LayerSources, readLayers } from "../policy-files.ts";
import { type Accepted, acceptedPlaces, readAccepted } from "./accepted.ts";
import { everKeptInKeychain } from "./kept-in-keychain.ts";
import type { MarkOptions } from "./mark.ts";

/** Every layer as `readLayers` reads it, the user's held to what a person has accepted by now. A Problem also where that cannot be told. */
export async function readHeldNow(
	home: Home,
	sources: LayerSources,
	options: MarkOptions = {},
): Promise<Result<Held & { readonly accepted: Accepted }>> {
	const asked = readLayers(home, sources);
	if (!asked.ok) return asked;
	if (!isAnythingHeld(home, asked.value)) return ok({ layers: asked.value, proposals: [], withdrawn: [], accepted: NOTHING });
	const accepted = await readAccepted(home, options);
	if (!accepted.ok) return accepted;
	// Read after the vault has answered: what is accepted meanwhile is in the files last.
	const layers = readLayers(home, sources, accepted.value);
	return layers.ok ? ok({ ...holdToAccepted(layers.value, accepted.value), accepted: accepted.value }) : layers;
}

/** Where nothing is granted, and nothing was accepted that could hold, no vault is asked: a locked one keeps nobody from looking. */
export function isAnythingHeld(home: Home, layers: readonly PolicyLayer[]): boolean {
	return grantsOf(layers).length > 0 || saysMore(layers) || acceptedPlaces(home).length > 0 || everKeptInKeychain(home);
}

/** Whether the person's own files say anything beside grants. */
export function saysMore(layers: readonly PolicyLayer[]): boolean {
	return Object.keys(ownSettings(layers)).length > 0;
}

const NOTHING: Accepted = { ...NOTHING_ACCEPTED, place: "keychain", head: null, code: null, damage: null };

/** Why a grant that stands in a policy file grants nothing, or less than it says. */
export function notAccepted({ server, accepted }: Proposal, { head, damage }: Accepted): Problem {
	const name = plain(server.name);
	const remedy = `Look at it and accept it, in a terminal: sallyport policy accept ${shellWord(server.name)}`;
	if (damage !== null) return { code: "grant-not-accepted", message: damage.message, remedy: damage.remedy };
	if (head === null)
		return {
			code: "grant-not-accepted",
			message: `What the policy grants to ${name} has not been accepted by a person yet: it is from an older version, or another program wrote it.`,
			remedy,
		};
	return {
		code: "grant-not-accepted",
		message:
			accepted === null
				? `A policy file grants something to ${name} that no person has accepted.`
				: `The grant of ${name} was changed outside Sallyport, and what it adds waits for a person to accept it.`,
		remedy,
	};
}

/** Why a grant gives less than its file says and a person accepted: another one of the same line is gone. */
function heldBack({ grant: { name, config } }: Withdrawn): Problem {
	return {
		code: "grant-withdrawn",
		message: `The same command is not granted any more for ${plain(config)}, and nobody can tell which of both a host starts: ${plain(name)} gives no more than both gave, until a person accepts that.`,
		remedy: `Look at it and accept it, in a terminal: sallyport policy accept ${shellWord(name)}`,
	};
}

/** What first waits for a person, of one server or of all; null: nothing does. */
export function firstWaiting({ proposals, withdrawn }: Held, accepted: Accepted, name: string | null): Problem | null {
	const proposal = proposals.find(({ server }) => name === null || server.name === name);
	if (proposal !== undefined) return notAccepted(proposal, accepted);
	const gone = withdrawn.find(({ grant }) => name === null || grant.name === name);
	return gone === undefined ? null : heldBack(gone);
}

/** Why something that the person's own files say beside grants does not count. */
export const SETTINGS_WAIT: Problem = {
	code: "settings-not-accepted",
	message:
		"Your own policy files are less strict, in what they forbid, in rules or in how the log is kept, than a person has accepted: that waits.",
	remedy: "Look at it and accept it, in a terminal: sallyport policy accept",
};
