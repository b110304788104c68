/** How a program is given a password by a short flag. */
export interface PasswordFlag {
	readonly flag: string;
	/** `may`: the password may follow without a blank; `must`: behind a blank stands something else. */
	readonly glued?: "may" | "must";
	/** A second flag of the same kind, always behind a blank. */
	readonly other?: string;
}

const ROWS: readonly (readonly [flag: string, programs: string, glued?: "may" | "must" | undefined, other?: string])[] = [
	["-p", "sshpass", "may"],
	["-p", "mysql mysqldump mysqladmin mysqlimport mariadb mariadb-dump", "must"],
	["-p", "7z 7za 7zr rar unrar", "must"],
	["-p", "mongosh mongo mongodump mongorestore mongoexport cqlsh rabbitmqadmin beeline hdbsql supabase snowsql nodetool vncdo kcadm.sh"],
	["-p", "security", undefined, "-w"],
	["-P", "ssh-keygen", undefined, "-N"],
	["-P", "sqlcmd bcp isql tsql", "may"],
	["-P", "mosquitto_pub mosquitto_sub mosquitto_rr zip unzip ipmitool ncat"],
	["-a", "redis-cli valkey-cli keydb-cli"],
	["-w", "ldapsearch ldapmodify ldapadd ldapdelete ldapwhoami ldappasswd ldapcompare dsmod"],
	["-k", "openssl"],
];

const BY_PROGRAM: ReadonlyMap<string, PasswordFlag> = new Map(
	ROWS.flatMap(([flag, programs, glued, other]) =>
		programs
			.split(" ")
			.map((program) => [program, { flag, ...(glued === undefined ? {} : { glued }), ...(other === undefined ? {} : { other }) }]),
	),
);

/** Characters, with what Windows adds. */
const LONGEST_PROGRAM = 20;

/** Null for programs that take none, or are not known. `text` may be a path. */
export function passwordFlag(text: string): PasswordFlag | null {
	const name = text.slice(Math.max(text.lastIndexOf("/"), text.lastIndexOf("\\")) + 1);
	if (name.length > LONGEST_PROGRAM) return null;
	return BY_PROGRAM.get(name.charAt(name.length - 4) === "." ? name.replace(/\.exe$/i, "") : name) ?? null;
}

/** Programs and flags that read a password, or a token, from the pipe before them. */
const READS_PASSWORD =
	/^(?:sudo|su|passwd|chpasswd|kpasswd|smbpasswd|cryptsetup|kinit|openconnect|vncpasswd|--password-stdin|--passphrase-fd)$/;
const READS_TOKEN = /^(?:--with-token|--token-stdin|--stdin|--api-key-stdin|login|auth)$/;

/** The name of what a word of a command takes from its standard input: `password`, `token`; null: nothing that is a secret. */
export function readFromPipe(word: string): string | null {
	return READS_PASSWORD.test(word) ? "password" : READS_TOKEN.test(word) ? "token" : null;
}
