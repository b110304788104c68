import { anyForm } from "./any-form.ts";
import { decodeJwt, looksLikeJwt } from "./jwt.ts";

/** Values that are published by design: keys for browsers, public halves, addresses, sample tokens. */
const isPublic = anyForm([
	/^pk_(?:live|test)_/,
	/^pk\.eyJ/,
	/^public-token-(?:live|test)-/,
	/^(?:sandbox|production)_[a-z0-9]{8}_[a-z0-9]{16}$/,
	/^pk-lf-/,
	/^sb_publishable_/,
	/^phc_/,
	/^(?:UA|G|GTM|AW|DC)-[A-Z0-9-]{4,14}$/,
	/^ca-pub-\d+$/,
	/^-----BEGIN (?:[A-Z0-9 ]*PUBLIC KEY|CERTIFICATE|CERTIFICATE REQUEST|X509 CRL)-----/,
	/^age1[a-z0-9]{58}$/,
	// The bodies of public keys: of OpenSSH, of X.509 for RSA and the usual curves, of minisign; Stellar's and NATS' accounts.
	/^(?:AAAAB3NzaC1yc2E|AAAAC3NzaC1lZDI1NTE5|AAAAE2VjZHNhLXNoYTI|AAAAB3NzaC1kc3M|AAAAGnNrLXNzaC1lZDI1NTE5)[A-Za-z0-9+/]+={0,2}$/,
	/^(?:MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A|MIICIjANBgkqhkiG9w0BAQEFAAOCAg8A|MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB|MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE|MHYwEAYHKoZIzj0CAQYFK4EEACIDYgAE|MCowBQYDK2V[uw]AyEA)[A-Za-z0-9+/]+={0,2}$/,
	/^RW[QT][A-Za-z0-9+/]{53}$/,
	/^[GAUONC][A-Z2-7]{55}$/,
	// A point of P-256, as for web push; the private half has 43 characters.
	/^B[A-Za-z0-9_-]{86}=?$/,
	/^0x[0-9a-fA-F]{40}$/,
	/^npub1[a-z0-9]{50,}$/,
	/^NRJS-/,
	/^pub[0-9a-f]{32}$/,
	/^sub-c-[0-9a-f-]{36}$/,
	/^pk_(?:test|live)_[\w$=-]+$/,
	/^sdk-js-|^client-[\w-]{20,}$/,
	/^LS0tLS1CRUdJTiB(?:DRVJUSUZJQ0FURS|QVUJMSUMg)/,
]);

/** A key of SSH, perhaps behind what it is for. */
const OF_SSH = /^(?:key::)?(?:\S{1,255}\s)?(?:ssh-(?:rsa|ed25519|dss)|ecdsa-sha2-\w+|sk-ssh-\w+(?:@openssh\.com)?) AAAA/;

/** True for a value that is no secret whatever it is called. */
export function isPublicByDesign(text: string): boolean {
	if (isPublic(text) || (text.includes(" AAAA") && OF_SSH.test(text))) return true;
	if (!text.startsWith("eyJ") || !looksLikeJwt(text)) return false;
	const jwt = decodeJwt(text);
	return jwt !== null && (jwt.payload.role === "anon" || jwt.payload.sub === "1234567890");
}
