import { startKeyring } from "./keyring.ts";

/** Before the first test: a Secret Service for all of them, so that none can reach the person's own keychain. Returns what ends it. */
export default async function setup(): Promise<() => Promise<void>> {
	const keyring = await startKeyring();
	Object.assign(process.env, keyring.env);
	return keyring.stop;
}
