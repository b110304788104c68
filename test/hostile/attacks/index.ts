import type { Attack } from "../attack.ts";
import { FRAMING_ATTACKS } from "./framing.ts";
import { HOST_ATTACKS } from "./host.ts";
import { KEY_ATTACKS } from "./keys.ts";
import { OWN_WORDS_ATTACKS } from "./own-words.ts";
import { PROTOCOL_ATTACKS } from "./protocol.ts";
import { QUESTION_ATTACKS } from "./questions.ts";
import { SECRET_ATTACKS } from "./secrets.ts";
import { TEXT_ATTACKS } from "./text.ts";
import { TOOL_ATTACKS } from "./tools.ts";

/** Everything that a hostile server and a hostile host try. */
export const ATTACKS: readonly Attack[] = [
	...TOOL_ATTACKS,
	...OWN_WORDS_ATTACKS,
	...TEXT_ATTACKS,
	...SECRET_ATTACKS,
	...FRAMING_ATTACKS,
	...PROTOCOL_ATTACKS,
	...QUESTION_ATTACKS,
	...HOST_ATTACKS,
	...KEY_ATTACKS,
];
