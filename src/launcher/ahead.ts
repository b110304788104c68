import { config } from "zod/mini";
import { useSha256 } from "../core/sha256.ts";
import { nodeCrypto } from "../platform/node-crypto.ts";
import { startKeychainAhead } from "../platform/vault/keychain-child.ts";

// A server with a secret in the keychain has its reference in the environment. The keychain's process takes longer to load than this one
// to find out whether the server may have the secret, so both begin at once, where one is needed at all. It is asked only for what is granted.
if (process.argv[2] === "run" && Object.values(process.env).some((value) => value?.includes("keychain://"))) startKeychainAhead();

// It is loaded in any case, for the log. The library's own is compiled by V8 as it runs, which takes more memory than all that a quiet launcher holds.
useSha256({
	digest: (bytes) => nodeCrypto().hash("sha256", bytes, "hex"),
	keyed: (key, bytes) => nodeCrypto().createHmac("sha256", key).update(bytes).digest("hex"),
});

// A launch reads a few small files, each once: a parser that is compiled for them would cost more than it saves.
config({ jitless: true });
