/** Bytes of an answer that the policy of the table allows. */
export const RESULT_BYTES = 1024 * 1024;

/** What is granted once it can start, for it has to list it. */
export const ALLOW_LISTED = ["--prompt", "summary"];

/** What a careless person grants the server of the table, as the command line says it: much. */
export const ALLOW = [
	...["--resource", "file:///docs/**", "--completions"],
	...["sampling=10", "elicitation=10", "roots=10"].flatMap((ask) => ["--ask", ask]),
	...["callsPerMinute=100", "resultSize=1MiB"].flatMap((limit) => ["--limit", limit]),
];
