import { fold } from "./key-words.ts";

const LONGEST = 80;

/**
 * True for words that tell what to do about the secret that will stand there: `choose-a-strong-passphrase`, `a_remplir`, `swap-me-out`,
 * `run-openssl-rand-hex-32`. Whoever chooses a password chooses other words.
 */
export function isInstruction(text: string): boolean {
	if (text.length > LONGEST || text.length < 4 || !OF_WORD.test(text)) return false;
	const phrase = fold(text)
		.replace(/[\s_:-]+/g, " ")
		.trim();
	return (
		COMMANDED.test(phrase) ||
		isCommandedAbroad(phrase) ||
		GENERATED.test(phrase) ||
		MEASURED.test(phrase) ||
		SAID.test(phrase) ||
		isToBeChanged(phrase)
	);
}

/** Every phrase below begins with a word, a whole one: most tokens do not, and cost no more than this look. */
const OF_WORD = /^[\s_:-]*(?:[A-Za-z]+|python3)(?:[\s_:-]|$)|[^\0-\x7f]/;

/** A verb, an article, and a word for a secret after what it should be like; or without the verb. */
const COMMANDED =
	/^(?:please )?(?:(?:must|should|needs?|has|have|ought)(?: to)?(?: be)? |(?:choose|pick|use|make(?: up)?|create|generate|invent|set|enter|type|put|insert|provide|supply|add|fill(?: in)?|write|define|specify|paste|replace with|swap for|change to|give|come up with) )?(?:an?|the|some|any|your|one|own|my|our) (?:[a-z0-9]{1,14} ){0,5}(?:string|passphrase|password|passcode|secret|value|key|token|phrase|sentence|text|chars?|characters?|bytes|credential)s?(?: (?:here|in|of|with|for|from|there|instead|please|below)(?: [a-z0-9]{1,14}){0,4})?$/;

/** A verb for choosing or making beside a word for a secret, and a few words between: `elige-una-clave-segura`. */
function isCommandedAbroad(phrase: string): boolean {
	return /^(?:[a-z]{1,14} ){1,5}[a-z]{1,14}$/.test(phrase) && CHOSEN.test(phrase) && CHOSEN_WHAT.test(phrase);
}

const CHOSEN =
	/^(?:choisi(?:r|ssez|s)|elig[ea]|elegir|escolh(?:a|er)|scegli(?:ere)?|waehlen?|wahle|kies|wybierz|vyberte|zvolte|gener(?:a|ar|e|ez|er|are|iere|eer)|wygeneruj|cre(?:a|ar|e|ez|er|are)|crie|maak|erstellen?|utworz|valj|vaelg|velg|valitse|valassz|alege|secin|pilih|chon) | (?:waehlen|wahlen|erstellen|generieren|kiezen|genereren|secin|olusturun)$/;
const CHOSEN_WHAT =
	/(?:^| )(?:contrasena|clave|senha|chave|mot de passe|cle|jeton|password|chiave|passwort|kennwort|schlu?e?ssel|token|wachtwoord|sleutel|haslo|klucz|heslo|klic|losenord|passord|adgangskode|salasana|jelszot?|parola|cheie|sifre|anahtar|kata sandi|sandi|mat khau|cadena|chaine|stringa|zeichenkette|secret[oa]?)(?: |$)/;

/** Programs that make a secret, by the words of the command. */
const GENERATED =
	/^(?:(?:the )?(?:output|result)s? (?:of|from) |(?:please )?(?:run|use|execute|try|via|with|from|generated? (?:it )?(?:with|by|using|via|from)) )?(?:openssl (?:rand|gen[a-z]+)|pwgen|uuidgen|mkpasswd|xkcdpass|wg genkey|age keygen|ssh keygen|htpasswd|php artisan|mix phx|rails secret|rake secret|npx (?:auth|secret)|auth secret|head c \d|python3? c |node e |keytool)(?: |$)/;

const MEASURED =
	/^(?:(?:use|must be|should be|with|of|has) )?(?:at least|min(?:imum)?(?: of)?|max(?:imum)?(?: of)?|exactly) \d{1,3}(?: [a-z]{1,14}){1,3}$|^must be \d{1,3} [a-z]{4,14}$/;

/** Where it comes from, or that there is none. */
const SAID =
	/^(?:(?:copy|copied|get|got|fetch|fetched|take|taken|obtain|obtained|grab|paste|pasted|comes?|find|found|look up) (?:it |this |one |yours? )?|(?:api )?(?:key|token|password|secret|value) )(?:from|at|in|on|via) (?:[a-z0-9.]{1,20} ?){1,5}$|^leave (?:it |this )?(?:empty|blank|unset|out|alone|as is)(?: [a-z0-9]{1,14}){0,4}$|^(?:[a-z]{2,4} )?no (?:[a-z]{2,8} )?(?:key|token|password|secret|auth|login)(?: (?:is )?(?:required|needed|necessary|set|used|here))?$|^contact (?:support|us|sales|admin|it|ops|the [a-z]{2,14})$|^(?:only )?(?:if|when) (?:needed|required|necessary|used|any|set)$/;

/** Nothing but words for filling in and changing, in whatever language, and the small words that belong to them. */
function isToBeChanged(phrase: string): boolean {
	const words = phrase.split(" ");
	if (words.length > 6 || phrase.length < 5) return false;
	let verbs = 0;
	for (const word of words) {
		if (CHANGED.test(word)) verbs++;
		else if (!BESIDE.has(word)) return false;
	}
	return verbs > 0;
}

/** Stems for replacing, changing, filling in, defining, with the endings that these languages hang on them. Without accents. */
const CHANGED = new RegExp(
	`^(?:tobe|a|da|zu)?(?:${[
		"replac(?:e|ed|eme|ing|ement)|swap(?:ped|me|out|meout)?|chang(?:e|ed|eme|emoi|er|ez|ezmoi|eit|ethis|ing)|edit(?:ed|me|ar|er|iere|ieren)?|updat(?:e|ed|eme)",
		"modif(?:y|ied|yme|ier|iez|iezmoi|icar|icare|ica|icame|icami|ique|iera)|rotat(?:e|ed|eme)|over(?:writ|rid)(?:e|eme|ten|den)|fill(?:ed|me|in|mein|out)?",
		"complet(?:e|ed|ar|ame|er|ez|a|at|ati|ati|are)|defin(?:e|ed|ir|ire|i|ida|ido|ie|ieren|iert|it|iti|ito)|determin(?:e|ed)|provid(?:e|ed)|suppl(?:y|ied)|insert(?:ed|a|ar|are)?|set(?:me)?|assigned|decided|announced|comes?|follows",
		"cambi(?:a|ar|ame|arme|ami|are|ate|e|eme|esto)|reemplaz(?:a|ar|ame|arme|e)|s(?:ub|u)stitu(?:a|ir|ame|am[ei]|i|ido|ye|yeme|irme)|rellen(?:a|ar|ame|arme|e)|pendiente|pendente",
		"troc(?:ar|a)|troqu(?:e|eme)|alter(?:ar|e|eme)|mud(?:ar|e|eme)|preench(?:a|er|ame|ido|erme)|canvi(?:a|ar|am)|ompl(?:ir|e|iu)|escolher",
		"rempl(?:ac(?:e|er|ez|emoi|ezmoi)|ir|issez|is|ismoi)|renseign(?:er|ez)|saisi(?:r|ssez|e)|attente",
		"sostitu(?:ire|isci|iscimi|ite|irmi|ito)|compil(?:are|ami|a|ato)|inseri(?:re|sci|scimi|to)|riemp(?:ire|i|imi)|impost(?:are|a|ato)",
		"ersetz(?:e|en|t|mich|emich)|(?:ae|a)nder(?:e|n|t|mich|emich)|gesetzt|setzen|vergeben|austausch(?:e|en)|ausf(?:ue|u)ll(?:en|e)|auszuf(?:ue|u)llen|eintrag(?:e|en)|einzutragen|festlegen|definieren",
		"vervang(?:en|mij)?|wijzig(?:en|mij)?|verander(?:en|mij)?|invul(?:len)?|vul(?:len)?|aanpass?(?:en)?",
		"uzupeln(?:ij|ic|ienia|ienie)|zmian(?:y|a)|zmien(?:ic|mnie)?|ustaleni(?:a|e)|zastap(?:ic|mnie)?|podmien(?:ic|mnie)?|wypeln(?:ij|ic)|wpisz",
		"dopln(?:it|te|eni|enie|ene)|vypln(?:it|te|eni|enie)|zmen(?:it|te|me|ma)?|nahra(?:d|dit|dte|zeni)|vymen(?:it|te)?",
		"andra|(?:ae|e)ndre|byt(?:t|as|es|a|te|ut)?|erstatt?(?:es)?|ersatt(?:as)?|fyll(?:a|as|es)?|utfyll(?:es)?|udfyld(?:es)?|udskift(?:es)?|skift(?:es)?",
		"vaihda|vaihdettava|muuta|muutettava|korvaa|korvattava|tayta|taytettava|cserel(?:d|jki|j|endo)|toltsd|kitolt(?:eni|endo)",
		"inlocui(?:ti|este|t|ta)?|schimb(?:a|ati|ama)|degistir(?:in|iniz|ilecek|ilmeli)?|doldur(?:un|ulacak|ulmali)?|ganti(?:kan|saya|lah)?|isi(?:kan|an)?|ubah(?:lah)?|tukar(?:kan)?|thay|doi|dien",
		"zamen(?:it|ite|i|jaj|jati)|zapoln(?:it|ite|i)|izmen(?:it|ite|i)|pomen(?:yat|yay|iai)|prom(?:e|ije)n(?:i|iti|ite)|zamijen(?:i|iti|ite)|spremen(?:i|iti|ite)|popun(?:i|iti|ite)|izpoln(?:i|iti|ite)",
		"pakeis(?:ti|k|kite)|nomain(?:it|i|iet)|aizpild(?:it|i)|muud(?:a|ke)|asenda|alla(?:x|ks)[ei]|badilisha|jaza|palitan|baguhin|aldatu|ordeztu|ndrysho",
	].join("|")})$`,
);

const BESIDE: ReadonlySet<string> = new Set(
	`me moi mich mij mig meg mnie mi mne ma mange minut mind mane menya meni saya aku beni toi m tama this esto isso isto questo dies dieses das dit cela ca it mo se nazazu
	to be is will should must needs need has have por para pra a da de zu te do k na att aa til ska skal skall wird werden muss soll noch nog in out up i inn ut ki per not yet sin sem en
	later despues depois mas tarde plus tard dopo piu tardi spater spaeter senere senare pozniej pozdeji neskor myohemmin kesobb tarziu sonra nanti sau vao pozzhe potom kasnije veliau
	el al la le il lo y e ou or and et und och og please bitte favor porfavor pls here hier aqui ici qui now soon before deploy first the that with my your own value`
		.trim()
		.split(/\s+/),
);
