const LONGEST = 80;

/** What names of algorithms are made of, with the numbers that stand behind. One letter alone has only those of its own. */
const PIECE =
	/(?:x(?:25519|448)|a(?:128|192|256)|[pk](?:-?(?:192|224|256|384|521))|(?:curve|ed|secp|sect|nist|nistp|brainpool|ffdhe|modp|oakley|sntrup|ntru|ntruprime|ntruhps|ml|mlkem|kem|kyber|dilithium|mldsa|slhdsa|falcon|sphincs|frodo|frodokem|hqc|bike|mceliece|xwing|xyber|aes|des|tdes|rc|blowfish|twofish|serpent|camellia|aria|idea|cast|sm|gost|chacha|xchacha|salsa|xsalsa|poly|ascon|aegis|gcm|gcmkw|ccm|cbc|ctr|cfb|ofb|ecb|siv|xts|ocb|eax|kw|kwp|hmac|hkdf|kdf|hpke|kbkdf|pbkdf|pbes|scrypt|bcrypt|yescrypt|argon|argon2id|sha|shake|keccak|blake|md|ripemd|crc|cmac|kmac|gmac|umac|siphash|rsa|rsaes|rsassa|dsa|ecdsa|eddsa|ecdh|ecdhe|ecmqv|dh|dhe|dss|edh|ec|es|ps|rs|hs|psk|srp|spake|opaque|oaep|pss|pkcs|mgf|sig|sigalg|tls|ssl|ssh|draft|alg|hash|round)\d{0,5})/;
const WHOLE = new RegExp(`^(?:${PIECE.source}){1,4}(?:r\\d|b|s|k\\d|t\\d|id|i|d)?$`);
const BESIDE =
	/^(?:\d{1,5}|v\d{1,2}|r\d|[ms]\d{1,6}|t\d{1,3}|with|and|plus|diffie|hellman|group|group\d{1,2}|exchange|ephemeral|static|agreement|openssh|libssh|com|org|gov|nist|none|null|default|sha|key|exchange|one|pass|hybrid|id|cert|v\d{2}|e|x|y|ietf|f|small|fast|simple|kyberslash|draft\d{2}|internal)$/;

/** True for names of algorithms and nothing else: `x25519-hkdf-sha256`, `sntrup761x25519-sha512@openssh.com`, `ECDH-ES+A256KW`. */
export function isAlgorithm(text: string): boolean {
	if (text.length > LONGEST || !/^[\w.+,:@/-]+$/.test(text)) return false;
	const words = text.toLowerCase().split(/[_.+,:@/-]+/);
	return words.some((word) => WHOLE.test(word)) && words.every((word) => word.length <= 24 && (WHOLE.test(word) || BESIDE.test(word)));
}
