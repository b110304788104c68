import type { Move } from "../../../core/fixes/move-secrets.ts";
import { ok, type Result } from "../../../core/result.ts";
import type { Home } from "../../../platform/home.ts";
import { readBack, type StoredMove, storeMove } from "../../../platform/stored-moves.ts";
import { withProgress } from "../../commands.ts";
import { chosenVault, type FixContext, vaultName } from "./context.ts";

/** Milliseconds after which a person is told what takes so long: a locked keychain asks for its password. */
const SLOW_MS = 800;

/** Puts the secrets of these moves into the chosen vault, and reads each back. What fails leaves at worst an entry that nothing names. */
export async function storeAll(
	{ services }: FixContext,
	home: Home,
	moves: readonly Move[],
	text: string,
): Promise<Result<readonly StoredMove[]>> {
	const scheme = chosenVault();
	const vaults = services.openVaults(home);
	const work = (async (): Promise<Result<readonly StoredMove[]>> => {
		const stored: StoredMove[] = [];
		for (const move of moves) {
			const kept = await storeMove(vaults.get(scheme), move, text);
			if (!kept.ok) return kept;
			stored.push(kept.value);
		}
		const back = await readBack(vaults.get(scheme), stored);
		return back.ok ? ok(stored) : back;
	})();
	try {
		return await saySlow(`Moving secrets to ${vaultName(scheme)}`, work);
	} finally {
		vaults.close();
	}
}

async function saySlow<T>(title: string, work: Promise<T>): Promise<T> {
	const ended = work.then(
		() => {},
		() => {},
	);
	const timer = setTimeout(() => void withProgress(title, () => ended), SLOW_MS);
	try {
		return await work;
	} finally {
		clearTimeout(timer);
	}
}
