import { plain, shellWord } from "../../core/plain-text.ts";
import { type Held, holdToAccepted, type Proposal } from "../../core/policy/accepted.ts";
import { grantsOf } from "../../core/policy/layers.ts";
import { ok, type Problem, type Result } from "../../core/result.ts";
import type { Home } from "../home.ts";
import { type LayerSources, readLayers } from "../policy-files.ts";
import { type Accepted, readAccepted } from "./accepted.ts";
import type { MarkOptions } from "./mark.ts";

/** Every layer as `readLayers` reads it, the user's held to what a person has accepted by now. A Problem also where that cannot be told. */
export async function readHeldNow(
	home: Home,
	sources: LayerSources,
	options: MarkOptions = {},
): Promise<Result<Held & { readonly accepted: Accepted }>> {
	const asked = readLayers(home, sources);
	if (!asked.ok) return asked;
	// Where nothing is granted no vault is asked: a locked one keeps nobody from looking.
	if (grantsOf(asked.value).length === 0) return ok({ layers: asked.value, proposals: [], accepted: NOTHING });
	const accepted = await readAccepted(home, options);
	if (!accepted.ok) return accepted;
	// Read after the vault has answered: what is accepted meanwhile is in the files last.
	const layers = readLayers(home, sources);
	return layers.ok ? ok({ ...holdToAccepted(layers.value, accepted.value.servers), accepted: accepted.value }) : layers;
}

const NOTHING: Accepted = { servers: [], place: "keychain", head: null, damage: null };

/** Why a grant that stands in a policy file grants nothing, or less than it says. */
export function notAccepted({ server, accepted }: Proposal, { head, damage }: Accepted): Problem {
	const name = plain(server.name);
	const remedy = `Look at it and accept it, in a terminal: sallyport policy accept ${shellWord(server.name)}`;
	if (damage !== null) return { code: "grant-not-accepted", message: damage.message, remedy };
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
