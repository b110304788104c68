/** Bytes of an answer that the policy of the table allows. */
export const RESULT_BYTES = 1024 * 1024;

/** What a careless person grants the server of the table, as the command line says it: much. */
export const ALLOW = [
	...["--prompt", "summary", "--resource", "file:///docs/**", "--completions"],
	...["sampling=10", "elicitation=10", "roots=10"].flatMap((ask) => ["--ask", ask]),
	...["callsPerMinute=100", "resultSize=1MiB"].flatMap((limit) => ["--limit", limit]),
];
