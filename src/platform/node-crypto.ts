type NodeCrypto = typeof import("node:crypto");

/** Node's cryptography, loaded when it is first used: a launch waits three milliseconds for it, and most need none of it before the server runs. */
export function nodeCrypto(): NodeCrypto {
	return process.getBuiltinModule("node:crypto");
}
