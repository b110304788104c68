import { spanWithin } from "../../config/escapes.ts";
import type { ConfigDocument, Located } from "../../config/server.ts";
import type { Detection } from "../../secrets/detector.ts";
import { type Finding, newFinding } from "../finding.ts";

interface SecretPlace {
	readonly ruleId: string;
	readonly server: string | null;
	readonly keyPath: readonly (string | number)[];
	/** What holds it, for the message: `GITHUB_TOKEN`, `An argument`. */
	readonly holder: string;
	readonly remedy: string;
	readonly slot: string | null;
	/** Where the text that was searched begins in the document, if it stands there as it is; left out: the value may have escapes. */
	readonly from?: number;
}

/** A finding on the credential's own text. */
export function secretFinding(document: ConfigDocument, located: Located<string>, detection: Detection, place: SecretPlace): Finding {
	const what = detection.confident ? detection.title : "random text that may be a credential";
	return newFinding({
		ruleId: place.ruleId,
		severity: detection.confident ? "warning" : "hint",
		server: place.server,
		keyPath: place.keyPath,
		span:
			place.from === undefined
				? spanWithin(document.text, located, detection.start, detection.end)
				: { offset: place.from + detection.start, length: detection.end - detection.start },
		message: `${place.holder} holds ${article(what)}${what} in plain text. ${place.remedy}`,
		slot: place.slot,
		credential: detection.credential,
		...(place.slot === null ? {} : MOVABLE),
	});
}

const MOVABLE: Pick<Finding, "fixes"> = { fixes: ["move-secret"] };

function article(what: string): string {
	if (what.startsWith("random")) return "";
	return /^(?:[aeio]|AWS|E2B|NVIDIA|npm|xAI|1P)/i.test(what) && !/^(?:one|use)/i.test(what) ? "an " : "a ";
}
