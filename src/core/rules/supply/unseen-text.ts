import type { Script } from "./command-line.ts";
import { LONGEST_ARGUMENT } from "./shell-words.ts";

export const DOWNLOADED = "This runs whatever an address sends at the start, unseen.";
export const REMOTE = "This gives another machine a shell on this one.";
export const DECODED = "This decodes code and runs it, so that nobody can read in the file what it does.";

/** What a text that is code does by itself; null when nothing of this kind. */
export function inScript({ language, word, encoded }: Script): string | null {
	if (encoded) return DECODED;
	const text = word.text.slice(0, LONGEST_ARGUMENT);
	if (connectsShell(text)) return REMOTE;
	switch (language) {
		case "shell":
			// What it prints is taken for a command.
			return /^\s*["']?(?:\$\(|`)\s*(?:curl|wget)\s/.test(text) ? DOWNLOADED : inShell(text);
		case "powershell":
			return inPowershell(text);
		case "python":
			if (
				/\b(?:os\s*\.\s*(?:system|popen)|subprocess\s*\.\s*\w{1,20})\s*\([^;\n]{0,80}\b(?:urlopen|requests\s*\.\s*get|httpx\s*\.\s*get)\b/.test(
					text,
				)
			)
				return DOWNLOADED;
			if (/\b(?:os\s*\.\s*(?:system|popen)|subprocess\s*\.\s*\w{1,20})\s*\([^;\n]{0,80}\bb(?:64|32)decode\b/.test(text)) return DECODED;
			if (!/\b(?:exec|eval|compile|__import__\(\s*['"]os['"]\s*\)\s*\.\s*system)\s*\(/.test(text)) return inShell(text);
			if (/\b(?:urlopen|urlretrieve|requests\s*\.\s*(?:get|post)|httpx\s*\.\s*get|http\.client)\b/.test(text)) return DOWNLOADED;
			return /\b(?:b64decode|a85decode|b32decode|fromhex|unhexlify|marshal\s*\.\s*loads|zlib\s*\.\s*decompress)\b/.test(text)
				? DECODED
				: inShell(text);
		case "javascript":
			if (/\b(?:exec|execSync|spawn|spawnSync|execFile\w*)\s*\([^;\n]{0,80}(?:['"]base64['"]|\batob\s*\()/.test(text)) return DECODED;
			if (!/\beval\s*\(|\bnew\s+Function\s*\(|\bFunction\s*\(|\brunIn\w*Context\s*\(|\._compile\s*\(/.test(text)) return inShell(text);
			if (
				/\bfetch\s*\(|\bhttps?\s{0,9}['"]?\s{0,9}\)?\s{0,9}\.\s{0,9}(?:get|request)\s*\(|\baxios\b|\bimport\s*\(\s*['"]https?:/.test(text)
			)
				return DOWNLOADED;
			return /\batob\s*\(|['"](?:base64|hex)['"]/.test(text) ? DECODED : inShell(text);
		default:
			if (!/\b(?:eval|instance_eval|include|require|assert|exec|system|call_user_func|create_function)\b/.test(text)) return inShell(text);
			if (
				/\bLWP\b|\bfile_get_contents\b|\bURI\s*\.\s*open\b|\bNet::HTTP\b|\bopen\s{0,9}\(?\s{0,9}['"]https?:|\bcurl_exec\b|\bget\s{0,9}\(?\s{0,9}['"]https?:|\b(?:include|require)\s{0,9}\(?\s{0,9}['"]https?:/.test(
					text,
				)
			)
				return DOWNLOADED;
			if (FETCH.test(text) && /`/.test(text)) return DOWNLOADED;
			return /\bbase64_decode\b|\bdecode_base64\b|\bBase64\s*\.\s*(?:strict_|urlsafe_)?decode64\b|\bgzinflate\b|\bunpack1?\s{0,9}\(?\s{0,9}['"][mHu]/.test(
				text,
			)
				? DECODED
				: inShell(text);
	}
}

const FETCH = /\b(?:curl|wget)\s/;
/** In a text that may be prose, a command counts only where one can begin. */
const FETCH_COMMAND = /(?:^|[^\w\s.,-]\s{0,4}|\b(?:sudo|exec|env|time|nice|nohup|command)\s{1,4}(?:-\w{1,20}\s{1,4})?)(?:curl|wget)\s/;
const ADDRESS = /(?:https?|ftp):\/\/|\$[\w{(]|[a-z0-9]\.[a-z]{2,}\//i;
const TO_SHELL = /^[\s&]*(?:(?:sudo|exec|env)\s+(?:-\w+\s+)*)?(?:\/\S{0,40}\/)?(?:ba|z|da|k)?sh\b(?![^|;&\n]{0,200}\s-c\s)/;

/**
 * `sh -c "$(curl …)"`, `eval "$(…)"`, `bash <(curl …)`. Of any other language: a line for a shell that stands in there. `maybeProse`: of
 * any text at all, and then only what can hardly be meant to be read.
 */
export function inShell(text: string, maybeProse = false): string | null {
	if (/\/dev\/(?:tcp|udp)\//.test(text)) {
		if (/\bsh\s+-i\b|[0-2]>&|<&|\bexec\s+\d/.test(text)) return REMOTE;
		if (/(?:^|[\s;&|"'`(])(?:\.|source|(?:ba|z|da|k)?sh)\s+(?:<\s*)?\/dev\/(?:tcp|udp)\//.test(text)) return DOWNLOADED;
	}
	if (
		/\b(?:nc|ncat|netcat)(?:\s[^|;&\n]{0,200})?\s(?:-\w{0,8}[ec]|--exec|--sh-exec)[\s=]{1,4}(?:\/\S{0,40}\/)?(?:ba|z|da|k)?sh\b/.test(text)
	)
		return REMOTE;
	if (/\bmkfifo\b/.test(text) && /\b(?:nc|ncat|netcat|telnet|s_client)\s/.test(text) && /\bsh\b/.test(text)) return REMOTE;
	if (/\bfor\s+\/f\b/i.test(text) && FETCH.test(text)) return DOWNLOADED;
	for (const match of text.matchAll(/(?:\$\(|`|[<=]\()\s*(?:sudo\s+)?(\w+)\s/g)) {
		const before = text.slice(Math.max(0, match.index - 60), match.index);
		if (
			!/(?:^|[\s;&|"'(])(?:eval|source|\.|(?:ba|z|da|k)?sh(?:\s+-\w+)*|python\d?(?:\s+-c)?|node(?:\s+-e)?|perl|ruby|php)(?:\s*<<<)?\s*["']?$/.test(
				before,
			)
		)
			continue;
		const inside = text.slice(match.index, match.index + 600);
		if (/^(?:curl|wget)$/.test(match[1] ?? "")) return DOWNLOADED;
		if (/\bbase64\s+(?:-d|-D|--decode)\b|\bxxd\s+-r/.test(inside)) return DECODED;
	}
	return intoShell(text, maybeProse);
}

/** `curl … | sh`, `base64 -d | sh`. */
function intoShell(text: string, maybeProse: boolean): string | null {
	if (!text.includes("|") || !/\b(?:curl|wget|base64|base32|xxd|openssl)\b/.test(text)) return null;
	for (const line of text.split(/;|&&|\|\||[\r\n]/)) {
		let source: string | null = null;
		for (const part of line.split("|")) {
			if (source !== null && TO_SHELL.test(part)) return source;
			if (FETCH.test(part) && (!maybeProse || (FETCH_COMMAND.test(part) && ADDRESS.test(part)))) source = DOWNLOADED;
			else if (/\bbase(?:64|32)\s+(?:-d|-D|--decode|-di)\b|\bxxd\s+-\w*r/.test(part) || (/\bopenssl\s/.test(part) && /\s-d\b/.test(part)))
				source = DECODED;
		}
	}
	return null;
}

function inPowershell(written: string): string | null {
	// A backquote before a letter is dropped, and hides the word from whoever reads.
	const text = written.replace(/`(?=[A-Za-z-])/g, "");
	if (!/\biex\b|\bInvoke-Expression\b|\[scriptblock\]::Create|\.Invoke\(|\bStart-Process\b|\bReflection\.Assembly\]::Load/i.test(text))
		return null;
	if (
		/\b(?:iwr|irm|curl|wget|Invoke-WebRequest|Invoke-RestMethod|Start-BitsTransfer)\b|\bDownload(?:String|Data|File)\b|\bNet\.WebClient\b/i.test(
			text,
		)
	)
		return /\bStart-Process\b/i.test(text) &&
			!/\biex\b|Invoke-Expression|scriptblock|Assembly/i.test(text) &&
			!/-OutFile|DownloadFile|BitsTransfer/i.test(text)
			? null
			: DOWNLOADED;
	return /FromBase64String|-bxor|\[char\[\]\]/i.test(text) && !/\bStart-Process\b/i.test(text) ? DECODED : null;
}

/** By two marks each: a connection that is opened, and a shell that is started on it. */
const REMOTE_SHELLS: readonly (readonly [RegExp, RegExp])[] = [
	[/\bsocket\b[\s\S]{0,400}\.\s*connect(?:_ex)?\s*\(/, /\bdup2\s*\(|\bpty\s*\.\s*spawn\b/],
	[
		/\bconnect\s*\(|\bIO::Socket\b/,
		/\bexec\s{0,9}[({]?\s{0,9}["'](?:\/[\w/]{0,20}\/)?(?:ba|z|da|k)?sh(?:\s{1,9}-i)?["']|\bopen\s{0,9}\(?\s{0,9}STDIN\b/,
	],
	[/\bTCPSocket\b/, /\b(?:exec|spawn|popen)\b/],
	[/\bfsockopen\s*\(/, /\b(?:exec|proc_open|shell_exec|popen|system|passthru)\s*\(/],
	[
		/\bnet\b['"]?\s{0,9}\)?\s{0,9}\.\s{0,9}(?:connect|createConnection|Socket)\b/,
		/\b(?:spawn|exec|execFile)\s*\(\s*["'`][^"'`]{0,20}\b(?:sh|bash|zsh|cmd(?:\.exe)?|powershell(?:\.exe)?)["'`]/,
	],
];

function connectsShell(text: string): boolean {
	return REMOTE_SHELLS.some(([connects, starts]) => starts.test(text) && connects.test(text));
}
