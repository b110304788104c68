import { fold } from "./key-words.ts";

const words = (text: string): readonly string[] => text.trim().split(/\s+/).map(fold);

/**
 * What people write where a secret will stand one day, language by language: your, insert, replace, here. Without accents, as
 * `fold` leaves them; words that Latin letters do not write stand in `UNSPACED_MARKERS`.
 */
export const MARKER_WORDS: readonly string[] = words(`
	your yours yourself replace replaceme replaced replacing change changeme changeit changethis insert enter type put fill add provide supply paste here goes placeholder
	example examples sample samples dummy fake mock mocked stub fixture todo tbd fixme redacted removed hidden masked censored omitted scrubbed sanitized elided anonymized obfuscated
	none null undefined nil empty unset blank missing notset foo foobar bar baz qux lorem ipsum demo deadbeef
	dein deine deinen deiner deines ihr ihre ihren ihrem ihres euer eure hier hierhin ersetzen ersetze einfügen einfuegen einfüge einsetzen eintragen eingeben ändern aendern beispiel platzhalter bitte
	votre vos ton ta tes ici remplacer remplacez remplace insérer insérez insère saisir saisissez entrez entrer mettez mettre collez coller changez changer exemple
	tu tus su sus aquí aqui reemplazar reemplaza reemplace reemplázame sustituir sustituye insertar inserta introduce introduzca ingresa ingrese pon poner pega pegar coloca cambiar cambia cambiame ejemplo acá
	seu sua seus suas teu tua substituir substitua substitui inserir insira digite coloque cole preencha altere alterar mude exemplo
	tuo tuoi vostro vostra suo inserire inserisci sostituire sostituisci incolla incollare digita cambiare cambia qui esempio metti
	jouw uw jullie hierin vervang vervangen invoeren voer invullen plak plakken wijzig voorbeeld
	twój twoj twoja twoje twojego swój swoj swoje swoja tutaj tu wstaw wpisz wklej zamień zamien podaj zmień zmien przykład przyklad
	váš vas vaše vase vašeho tvůj tvuj tvoje zde sem vložte vlozte vložit vlozit zadejte zadej nahraďte nahradte doplňte doplnte příklad priklad
	váš vaša vasa tvoj sem vložte nahraďte zadajte doplňte
	din ditt dina här har her dit deres indsæt indsaet ersätt ersatt ange byt skriv erstatt bytt fyll sätt satt klistra indtast udskift skift exempel eksempel sett
	sinun tähän tahan oma omasi korvaa lisää lisaa syötä syota vaihda esimerkki
	az ön on ide írd ird add cseréld csereld illeszd példa pelda sajat saját
	dumneavoastră dumneavoastra tău tau ta aici înlocuiește inlocuieste înlocuiți inlocuiti introdu introduceți introduceti schimbă schimba exemplu pune
	sizin senin buraya burada girin gir yazın yazin yapıştırın yapistirin değiştirin degistirin değiştir degistir ekleyin örnek ornek
	của cua bạn ban anh nhập nhap thay thế the vào vao đây day điền dien dán dan ví dụ
	anda kamu kalian masukkan masukan ganti gantikan isi isikan disini sini tempel tempelkan contoh letak letakkan
	iyong iyo ilagay palitan dito halimbawa
	вашего vash vasha vashe tvoi vstav vstavte zamenite vvedite zdes suda syuda primer zde tvoj vaš vaša vaše ovdje ovde umetni unesite zamijenite zamenite unesi zamijeni ovdje primjer vnesi vnesite
	el sas edo eisagete ton kodiko to kleidi
	yako lako wako wangu hapa weka badilisha mfano
	teva teu vosso enganxa introdueix canvia zure hemen jarri aldatu þinn þitt settu hér anseo cuir juaj vendos këtu vian via enigu tie
	zamenjajte zamijenite unesi unesite umetnite vnesite tukaj vstavite jūsų jūsu įveskite čia įrašykite ievadiet šeit ierakstiet sinu sisesta siia asenda
	escribe escriba esto eso byt bytt mig meg klistra indsæt lim inn vaihda tämä liitä zmień mnie írjon temple reemplazar défini defined coming soon dashboard settings
	siehe frag fragt fragen gesetzt ausfüllen ausgefüllt später spater voir demander demandez remplir définir défini definir definido rellenar preencher pedir compilare definire vedi vraag zie invullen nog zapytaj uzupełnienia uzupelnienia zeptej doplnit fråga
	fyll spør spørg kysy katso заполнить спросить спитати указать doldurulacak sor hỏi tanya eich jou yakho wakho jouself
`);

/** Parts of what people write in scripts without Latin letters, or without blanks. */
export const UNSPACED_MARKERS =
	/问|問|待定|待填|待补|稍后|変更|後で|あとで|변경|바꾸|나중|изменить|измените|поменя|змінит|замінит|заповн|пізніше|позже|αλλαξ|συμπληρ|管理员|管理員|管理者|確認|确认|联系|聯繫|参照|관리자|문의|확인|你的|您的|请|請|替换|替換|填写|填寫|填入|输入|輸入|粘贴|此处|此處|这里|這裡|在此|示例|あなた|ここに|入力|置換|置き換え|貼り付け|ご自身|サンプル|여기|입력|당신|귀하|본인|붙여|교체|예시|당신|ваш|твой|твоя|твое|заполн|спрос|спита|встав|замени|укаж|введи|впиши|подставь|сюда|здесь|пример|ваша|тут|заміні|вкажіть|введіть|сюди|вашия|тук|въведете|заменете|σας|σου|εδω|εισαγ|αντικατ|βαλτε|παραδειγμα|שלך|כאן|הכנס|החלף|הזן|הדבק|דוגמה|هنا|ضع|ادخل|أدخل|الخاص|استبدل|مفتاحك|رمزك|مثال|اینجا|شما|وارد|خود|अपन|यहा|दर्ज|डालें|बदल|आपक|उदाहरण|আপনার|এখানে|ของคุณ|ที่นี่|ใส่|แทนที่|ตัวอย่าง|உங்கள்|ఇక్కడ|તમારી/;

/** Words that say what will stand there, not what it is, and the small words between them. */
export const FILLER_WORDS: readonly string[] = words(`
	my me mon mein meine meu mio moj moja moje min mitt mijn minha benim saya aku moi mi the a an tok pat api apikey apitoken key keys token tokens secret secrets password passwords passwort passwd pass pwd passphrase
	contraseña contrasena clave claves llave senha parola mot de passe access auth authtoken bearer client id user usuario utilisateur benutzer username name value valor valeur wert string text personal
	private public service role account app application admin administrator root default real actual own new old long random strong secure safe super test testing tests local localhost dev
	development staging sandbox sand box prod production in of to for and or is with from con por el la le les lo il der die das den dem des um uma o os avec mit cle clef schluessel schlüssel chave jeton credential credentials login guest
	some any this that should be must set get use it at on as not only key1 abc xyz database db postgres postgresql mysql mariadb mongo mongodb redis host server url uri org organization project workspace
	tenant region webhook signing signature license licence read write optional required config sleutel klucz klic kľúč kluc ključ kljuc nyckel nøkkel nokkel nøgle nogle avain avaimesi avaimen kulcs kulcsod cheie cheia chiave chiavi
	anahtar anahtarı anahtari anahtarınız anahtariniz anahtarın sifre şifre şifreniz şifren tokeniniz tokenınız parolanız khóa khoa mật khẩu mat khau kunci sandi kata ключ токен пароль kodas raktas võti voti heslo hasło haslo lozinka geslo wachtwoord lösenord losenord
	passord adgangskode salasana salasanasi jelszó jelszo jelszavad kennwort geheim geheimes geheimen geheime geheimnis secreto secreta segreto segreta segredo secrète secrete geheime hemlig hemligt tajny tajne tajné
	acceso accès acces accesso acesso zugriff zugang zugangs toegang dostępu dostepu přístupu åtkomst adgang par per par para pour für fuer til til för for voor dla pro para ile için icin untuk
	used unused anything whatever character hex base encoded byte bytes digit digits ollama vault keychain env managed by see very least bits bit char chars characters je vul vous cafebabe me long much more than must contain
	echte echter echten réel reel vero vrai real verdadera ponlo aquí api-key apis clé clés
`);

/** Words for what will stand there, besides those that name it. */
export const NOUN_WORDS: readonly string[] = words(
	"key api susi kodeord kodord nökkel lykil lykill lykilorð aðgangsorð clau claus gakoa pasahitza contrasinal atslēga atslēgu raktą raktas slaptažodį parooli parole pasvorto ŝlosilo ŝlosilon eochair pasfhocal nenosiri ufunguo çelësin çelës fjalëkalimi fjalëkalim cyfrinair allwedd wagwoord iphasiwedi parolingiz paroli jelszava jelszót kulcsot klíče kľúča hasła lozinku geslo ključem ključa nyckeln nøkkelen nøglen avaimen schluessel passwoerter",
);

/** The same in scripts that put no blanks between words, anywhere in a text. */
export const NOUN_ANYWHERE =
	/密码|密碼|口令|密钥|密鑰|金鑰|令牌|パスワード|ハスワート|トークン|トークン|キー|シークレット|비밀번호|암호|토큰|키|รหัสผ่าน|รหสผาน|โทเค|กุญแจ|पासवर्ड|पसवरड|कुंजी|कज|টোকেন|পাসওয়ার্ড|কী|கடவுச்சொல்|пароль|ключ|токен|секрет|кључ|лозинк|парола|κωδικ|κλειδ|סיסמ|מפתח|كلمة|مفتاح|رمز|کلید/;

/** Stems of the same in languages that hang endings on: `ANAHTARINIZI`, `avaimellasi`. */
export const FILLER_STEMS =
	/^(?:anahtar|sifre|parola|token|avaim|salasana|kulcs|jelszo|jelszav|klucz|klic|kluc|kljuc|lozink|hesl|hasl|passwort|schluss(?=el[sn]?$)|schluess(?=el[sn]?$)|kunci|raktas|rakt|slaptazod)\p{L}{0,7}$/u;
