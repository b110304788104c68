/** Variables that would run code in, or change the meaning of, the launcher: a host's file supplies its environment. */
export const CLEARED: readonly string[] = [
	"NODE_OPTIONS",
	"NODE_PATH",
	"NODE_DEBUG",
	"NODE_DEBUG_NATIVE",
	"NODE_CHANNEL_FD",
	"NODE_CHANNEL_SERIALIZATION_MODE",
	"NODE_COMPILE_CACHE",
	"NODE_ICU_DATA",
	"NODE_PENDING_DEPRECATION",
	"NODE_PRESERVE_SYMLINKS",
	"NODE_PRESERVE_SYMLINKS_MAIN",
	"NODE_REDIRECT_WARNINGS",
	"NODE_REPL_EXTERNAL_MODULE",
	"NODE_REPL_HISTORY",
	"NODE_TEST_CONTEXT",
	"NODE_TLS_REJECT_UNAUTHORIZED",
	"NODE_UNIQUE_ID",
	"NODE_V8_COVERAGE",
	"OPENSSL_CONF",
	"OPENSSL_MODULES",
	"SSLKEYLOGFILE",
	"LD_PRELOAD",
	"LD_LIBRARY_PATH",
	"LD_AUDIT",
	"LD_BIND_NOT",
	"LD_DEBUG",
	"LD_DEBUG_OUTPUT",
	"LD_PROFILE",
	"LD_PROFILE_OUTPUT",
	"GLIBC_TUNABLES",
	"GCONV_PATH",
	"LOCPATH",
	"DYLD_INSERT_LIBRARIES",
	"DYLD_LIBRARY_PATH",
	"DYLD_FRAMEWORK_PATH",
	"DYLD_FALLBACK_LIBRARY_PATH",
	"BASH_ENV",
	"IFS",
	"CDPATH",
];

/** In which the stub hands on what it takes out of `NODE_OPTIONS`, so that no Node but the server's reads it. */
export const KEPT_NODE_OPTIONS = "SALLYPORT_NODE_OPTIONS";

/** True for a variable that never reaches the launcher, nor a server through it, whatever its value. */
export function isCleared(name: string): boolean {
	return (name !== "NODE_OPTIONS" && CLEARED.includes(name)) || /^(?:SALLYPORT_|LD_|DYLD_|BASH_FUNC_)/.test(name);
}
