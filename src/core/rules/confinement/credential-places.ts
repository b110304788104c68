import type { Severity } from "../finding.ts";
import { plainPath } from "./plain-path.ts";

/** A place where programs keep credentials, and what it means that a server can read it. */
export interface CredentialPlace {
	/** What lies there, to follow "This gives the server". */
	readonly holds: string;
	readonly severity: Severity;
}

/**
 * The end of a path below a home folder, or its base name, in lower case with `/`. `warning`: keys to other things than the server's own
 * work. `info`: the credentials of one service, which a server of that service may well need.
 */
const PLACES: readonly (readonly [RegExp, string, Severity])[] = [
	[/(?:^|\/)\.ssh(?:\/(?!known_hosts|config$|.*\.pub$).*)?$/, "your SSH keys", "warning"],
	[/(?:^|\/)\.gnupg(?:\/.*)?$/, "your PGP keys", "warning"],
	[/(?:^|\/)\.netrc$|(?:^|\/)_netrc$/, "passwords of other programs (.netrc)", "warning"],
	[/(?:^|\/)\.git-credentials$/, "passwords of git", "warning"],
	[/(?:^|\/)\.password-store(?:\/.*)?$/, "your password store", "warning"],
	[
		/(?:^|\/)(?:\.local\/share\/keyrings|library\/keychains|\.kde\/share\/apps\/kwallet|\.local\/share\/kwalletd)(?:\/.*)?$/,
		"your keyring",
		"warning",
	],
	[/(?:^|\/)\.vault-token$/, "the token of HashiCorp Vault", "warning"],
	[
		/(?:^|\/)(?:\.bitcoin|\.ethereum(?:\/keystore)?|\.electrum(?:\/wallets)?|\.config\/solana|\.solana|exodus\.wallet)(?:\/.*)?$/,
		"a wallet",
		"warning",
	],
	[
		/(?:^|\/)(?:\.config\/(?:google-chrome|chromium|microsoft-edge|bravesoftware(?:\/brave-browser)?|vivaldi|opera)|\.mozilla(?:\/firefox)?|library\/application support\/(?:google\/chrome|firefox|microsoft edge|bravesoftware(?:\/brave-browser)?)|library\/safari|library\/cookies|appdata\/(?:local|roaming)\/(?:google\/chrome|microsoft\/edge|mozilla\/firefox|bravesoftware\/brave-browser))(?:\/(?:user data|profiles?|default|firefox))?(?:\/default)?$/,
		"a browser's profile, with its cookies and passwords",
		"warning",
	],
	[/(?:^|\/)\.(?:bash|zsh|python|psql|mysql|node_repl)_history$/, "the history of what you typed", "warning"],
	[/(?:^|\/)etc\/(?:shadow|sudoers)$/, "the passwords of this machine", "warning"],
	[/(?:^|\/)\.(?:claude|codex|gemini)\/(?:\.?credentials\.json|auth\.json|oauth_creds\.json)$/, "the login of an agent", "warning"],
	[/(?:^|\/)\.sallyport(?:\/(?!bin(?:\/|$)).*)?$/, "Sallyport's own folder", "warning"],
	[/(?:^|\/)\.aws(?:\/.*)?$/, "your credentials of AWS", "info"],
	[/(?:^|\/)(?:\.config|appdata\/roaming)\/gcloud(?:\/.*)?$/, "your credentials of Google Cloud", "info"],
	[/(?:^|\/)\.azure(?:\/.*)?$/, "your credentials of Azure", "info"],
	[/(?:^|\/)\.kube(?:\/config.*)?$/, "your credentials of Kubernetes", "info"],
	[/(?:^|\/)\.docker(?:\/config\.json)?$/, "your logins of container registries", "info"],
	[
		/(?:^|\/)\.npmrc$|(?:^|\/)\.pypirc$|(?:^|\/)\.cargo\/credentials(?:\.toml)?$|(?:^|\/)\.gem\/credentials$/,
		"your token for publishing packages",
		"info",
	],
	[/(?:^|\/)\.config\/gh(?:\/hosts\.yml)?$/, "your login of GitHub", "info"],
	[/(?:^|\/)\.terraform\.d\/credentials\.tfrc\.json$|(?:^|\/)\.terraformrc$/, "your token of Terraform", "info"],
	[/(?:^|\/)\.env(?:\.(?:local|production|prod|staging|development))?$/, "a file of variables that often holds secrets (.env)", "info"],
];

/** What each of them holds: most paths are none at a glance. */
const HINT = /(?:^|\/)[._]|library\/|appdata\/|wallet|etc\//;

/** Null for a path that names no such place, and nothing in one; folders above one are not meant. */
export function credentialPlace(path: string): CredentialPlace | null {
	const plain = plainPath(path)
		.replace(/\/\*{1,2}$/, "")
		.toLowerCase();
	// No system opens a longer one.
	if (plain.length > 5_000 || !HINT.test(plain)) return null;
	const found = PLACES.find(([pattern]) => pattern.test(plain));
	return found === undefined ? null : { holds: found[1], severity: found[2] };
}
