import { plain, shellWord } from "../../core/plain-text.ts";
import { type Held, holdToAccepted, type Proposal } from "../../core/policy/accepted.ts";
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
	const accepted = await readAccepted(home, options);
	if (!accepted.ok) return accepted;
	const layers = readLayers(home, sources);
	return layers.ok ? ok({ ...holdToAccepted(layers.value, accepted.value.servers), accepted: accepted.value }) : layers;
}

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
