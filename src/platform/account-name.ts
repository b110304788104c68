import * as os from "node:os";

/** The account that this program runs as, by its name. Null: it is in no user database. */
export function accountName(): string | null {
	try {
		return os.userInfo().username;
	} catch {
		return null;
	}
}
