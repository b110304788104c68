/** The classes of `suspicious.ts` that go by phrases. */
export type PhraseKind = "secrecy" | "override" | "order" | "conversation";

/** Words of a language for each class: lines of steps that follow one another, parted by `>`. `word*`: whatever begins so. */
type Lines = Readonly<Record<PhraseKind, readonly string[]>>;

/** Languages that set blanks between words. As people write them; accents count only where `exact` says so. */
export const SPACED: readonly (Lines & { readonly exact?: true })[] = [
	// German
	{
		secrecy: [
			"sag sage erzahl erzahle teile informiere erwahne verrate > benutzer* nutzer* anwender* > nicht nichts nie niemals",
			"sag sage erzahl erzahle teile informiere erwahne verrate > nicht nichts nie niemals > benutzer* nutzer* anwender*",
			"ohne > benutzer* nutzer* anwender* > informieren benachrichtigen mitzuteilen sagen unterrichten",
			"verheimliche verbirg verschweige verheimlichen verschweigen > benutzer* nutzer* anwender*",
			"benutzer* nutzer* anwender* > darf soll dürfen sollen > nicht nichts nie > erfahren wissen bemerken merken",
		],
		override: [
			"ignoriere ignorieren missachte vergiss übergehe > vorherigen vorigen früheren bisherigen obigen anderen alle > anweisung* instruktion* vorgaben regeln prompt*",
		],
		order: ["vor bevor > anderes anderen andere jedem jedes > tool tools werkzeug werkzeugs werkzeuge werkzeugen funktion funktionen"],
		conversation: [
			"sende übergib übermittle schicke füge > gesamte ganze gesamten ganzen vollständige vollständigen komplette kompletten > gespräch* unterhaltung konversation chatverlauf",
		],
	},
	// French
	{
		secrecy: [
			"dis dites informe informez ninforme ninformez mentionne mentionnez révèle révélez parle parlez préviens prévenez avertis avertissez navertis signale > pas jamais rien > utilisateur* lutilisateur* usager*",
			"sans > informer prévenir avertir dire mentionner > utilisateur* lutilisateur* usager*",
			"cache cachez dissimule dissimulez > cela ceci le ça > utilisateur* lutilisateur* usager*",
			"utilisateur* lutilisateur* > ne > doit > pas jamais rien > savoir remarquer apprendre",
		],
		override: [
			"ignore ignorez oublie oubliez outrepasse > toutes autres précédentes antérieures > instructions consignes directives règles",
			"ignore ignorez oublie oubliez outrepasse > instructions consignes directives règles > précédentes antérieures ci-dessus système",
		],
		order: ["avant > autre autres nimporte > outil outils fonction fonctions"],
		conversation: [
			"envoie envoyez transmets transmettez joins ajoute fournis > toute entière intégralité complet complète lintégralité historique lhistorique > conversation discussion",
		],
	},
	// Spanish
	{
		secrecy: [
			"no nunca jamás > digas diga informes informe menciones mencione reveles revele cuentes avises avise comuniques notifiques > usuario usuarios",
			"sin > informar avisar decir decirle mencionar notificar informarle avisarle > usuario usuarios",
			"oculta ocúltalo ocúltaselo esconde escóndelo > esto eso ocúltalo al > usuario usuarios",
			"usuario usuarios > no > debe deben > saber enterarse notar",
		],
		override: [
			"ignora ignore olvida olvide descarta > todas otras anteriores previas demás > instrucciones indicaciones órdenes reglas directrices",
			"ignora ignore olvida olvide descarta > instrucciones indicaciones órdenes reglas directrices > anteriores previas",
		],
		order: ["antes > cualquier otra otras otro demás > herramienta herramientas función funciones"],
		conversation: ["envía envíe adjunta pasa transmite copia > toda todo entera completa completo historial > conversación chat"],
	},
	// Portuguese
	{
		secrecy: [
			"não nunca jamais > diga digas informe informes mencione revele conte avise notifique comunique > usuário usuários utilizador utilizadores",
			"sem > informar avisar dizer mencionar notificar > usuário usuários utilizador utilizadores",
			"oculte esconda > isso isto > usuário usuários utilizador utilizadores",
			"usuário utilizador > não > deve pode > saber notar perceber",
		],
		override: [
			"ignore ignora esqueça desconsidere > todas outras anteriores prévias > instruções orientações regras",
			"ignore ignora esqueça desconsidere > instruções orientações regras > anteriores prévias",
		],
		order: ["antes > qualquer outra outras outro > ferramenta ferramentas função funções"],
		conversation: ["envie passe anexe transmita > toda todo inteira completa completo histórico > conversa chat"],
	},
	// Italian
	{
		secrecy: [
			"non mai > dire dirlo informare menzionare rivelare avvisare comunicare > utente utenti allutente lutente agli",
			"senza > informare avvisare dire dirlo menzionare avvertire > utente utenti allutente lutente",
			"nascondilo nascondi > questo ciò nascondilo > utente utenti allutente",
			"nascondilo > utente utenti allutente",
			"utente lutente > non > deve > sapere accorgersi",
		],
		override: [
			"ignora dimentica trascura > tutte precedenti altre > istruzioni direttive regole",
			"ignora dimentica trascura > istruzioni direttive regole > precedenti",
		],
		order: ["prima > qualsiasi altro altri ogni > strumento strumenti tool funzione"],
		conversation: ["invia passa allega trasmetti > intera tutta completa cronologia lintera > conversazione chat"],
	},
	// Dutch
	{
		secrecy: [
			"vertel zeg meld informeer onthul noem > niet niets nooit > gebruiker gebruikers",
			"vertel zeg meld informeer > gebruiker gebruikers > niet niets nooit",
			"zonder > gebruiker gebruikers > informeren vertellen melden waarschuwen",
			"verberg verzwijg > voor > gebruiker gebruikers",
			"gebruiker gebruikers > mag mogen > niet niets nooit > weten merken",
		],
		override: ["negeer vergeet > vorige eerdere voorgaande andere alle > instructies opdrachten aanwijzingen regels"],
		order: ["voordat alvorens > andere ander elke > tool tools hulpmiddel hulpmiddelen functie functies"],
		conversation: ["stuur verzend voeg geef > hele volledige complete gehele > gesprek conversatie chatgeschiedenis"],
	},
	// Polish
	{
		secrecy: [
			"nie nigdy > mów mówić informuj informować wspominaj ujawniaj zdradzaj powiadamiaj > użytkownik*",
			"bez > informowania powiadamiania wiedzy > użytkownik*",
			"ukryj ukrywaj zataj > przed > użytkownik*",
			"użytkownik* > nie > może powinien > wiedzieć dowiedzieć zauważyć",
		],
		override: ["zignoruj ignoruj pomiń zapomnij > poprzedni* wcześniejsz* wszystki* inn* > instrukcj* poleceni* poleceń zasad* wytyczn*"],
		order: ["przed zanim > inny* inne jakimkolwiek jakiegokolwiek > narzędzi* funkcj*"],
		conversation: ["wyślij prześlij dołącz przekaż > całą cała pełną całej pełnej > rozmow* konwersacj* histori*"],
	},
	// Russian
	{
		secrecy: [
			"не никогда > говори говорите сообщай сообщайте упоминай упоминайте раскрывай раскрывайте рассказывай рассказывайте информируй информируйте уведомляй уведомляйте > пользовател*",
			"пользовател* > не никогда > говори говорите сообщай сообщайте рассказывай рассказывайте показывай",
			"без > ведома уведомления > пользовател*",
			"скрой скрывай скройте скрывайте утаи > от > пользовател*",
			"пользовател* > не > должен должны > знать узнать заметить",
		],
		override: [
			"игнорируй игнорируйте проигнорируй проигнорируйте забудь забудьте > предыдущ* прежние другие все остальные прошлые > инструкци* указани* правил*",
		],
		order: ["перед прежде до > любым любого другим другими других остальными > инструмент* функци*"],
		conversation: [
			"отправь отправьте передай передайте приложи перешли > всю весь полную полный > переписк* разговор* диалог* бесед* истори*",
		],
	},
	// Ukrainian
	{
		secrecy: [
			"не ніколи > кажи кажіть повідомляй повідомляйте згадуй згадуйте розкривай розповідай інформуй інформуйте > користувач*",
			"користувач* > не ніколи > кажи кажіть повідомляй повідомляйте розповідай",
			"без > відома > користувач*",
			"приховай приховуй приховайте приховуйте > від > користувач*",
			"користувач* > не > повинен має > знати дізнатися помітити",
		],
		override: ["ігноруй ігноруйте проігноруй проігноруйте забудь забудьте > попередн* усі всі інші > інструкці* вказівк* правил*"],
		order: ["перед > будь-яким іншим іншими > інструмент* функці*"],
		conversation: ["надішли надішліть передай передайте долучи > всю усю весь повну повний > розмов* листуванн* діалог* бесід* істор*"],
	},
	// Turkish
	{
		secrecy: [
			"kullanıcı* > söyleme söylemeyin bildirme bildirmeyin bahsetme bahsetmeyin anlatma anlatmayın söylemeden bildirmeden",
			"kullanıcı* > haber bilgi > vermeden verme vermeyin",
			"kullanıcıdan kullanıcılardan > gizle gizleyin sakla saklayın gizli",
		],
		override: ["önceki diğer tüm bütün > talimat* yönerge* kural* > yoksay yoksayın unut unutun dikkate görmezden"],
		order: ["diğer başka > araç araçtan araçlardan aracı araçları fonksiyon* > önce"],
		conversation: ["tüm bütün tam > konuşma* sohbet* görüşme* > gönder gönderin ekle ekleyin ilet iletin"],
	},
	// Arabic
	{
		secrecy: [
			"لا دون بدون > تخبر تخبري تذكر تكشف تبلغ تقل تطلع إخبار إبلاغ إعلام علم > المستخدم للمستخدم المستخدمين",
			"أخف إخفاء اكتم أخفِ > عن > المستخدم المستخدمين",
		],
		override: [
			"تجاهل تجاهلي انس > جميع كل > التعليمات تعليمات الأوامر القواعد تعليماتك",
			"تجاهل تجاهلي انس > التعليمات تعليمات الأوامر القواعد > السابقة الأخرى",
		],
		order: ["قبل > أي أية > أداة أدوات وظيفة", "قبل > الأدوات أدوات أداة > الأخرى أخرى"],
		conversation: ["أرسل أرفق مرر > كامل كل جميع > المحادثة محادثة الدردشة الحوار"],
	},
	// Hindi
	{
		secrecy: [
			"उपयोगकर्ता* यूज़र* यूजर* प्रयोक्ता* > मत न ना > बता* सूचित कह*",
			"उपयोगकर्ता* यूज़र* यूजर* प्रयोक्ता* > बताए बताये सूचित > बिना",
			"उपयोगकर्ता* यूज़र* यूजर* प्रयोक्ता* > से > छिपा* छुपा*",
		],
		override: ["पिछले पिछली पूर्व सभी अन्य > निर्देश* नियम* आदेश* > अनदेखा नज़रअंदाज़ नजरअंदाज भूल* उपेक्षा"],
		order: ["अन्य दूसरे > टूल* उपकरण* फ़ंक्शन* > पहले"],
		conversation: ["पूरी संपूर्ण सारी > बातचीत* वार्तालाप* > भेज* संलग्न शामिल"],
	},
	// Korean
	{
		secrecy: [
			"사용자* 유저* > 알리지 말하지 언급하지 밝히지 공개하지 이야기하지 알려주지 > 마* 말* 않고",
			"사용자* 유저* > 모르게 몰래",
			"사용자에게 사용자에게서 사용자로부터 > 숨기* 숨겨* 비밀로",
		],
		override: ["이전* 기존* 다른 모든 앞선 > 지시* 지침* 명령* 규칙* > 무시하* 무시해* 잊*"],
		order: ["다른 > 도구* 툴* 함수* > 전에 앞서"],
		conversation: ["전체 모든 전부 > 대화* > 보내세요 보내라 전송하세요 전달하세요 포함하세요 첨부하세요 전달하십시오"],
	},
	// Vietnamese: without its marks one word is another
	{
		exact: true,
		secrecy: [
			"đừng không chớ > nói báo kể lộ nhắc tiết > người > dùng",
			"giấu che > người > dùng",
			"đừng không > cho để > người > dùng > biết",
		],
		override: ["bỏ phớt > qua lờ > hướng chỉ > dẫn thị > trước khác trên"],
		order: ["trước > công > cụ > khác nào"],
		conversation: ["gửi chuyển đính > toàn tất > bộ cả > trò hội > chuyện thoại"],
	},
	// Indonesian
	{
		secrecy: [
			"jangan tanpa > beri beritahu memberitahu katakan sebutkan ungkapkan informasikan sampaikan sepengetahuan > pengguna",
			"sembunyikan rahasiakan > ini hal > pengguna",
			"jangan > sampai biarkan > pengguna > tahu mengetahui",
		],
		override: [
			"abaikan lupakan > instruksi petunjuk perintah aturan > sebelumnya lainnya lain sistem",
			"abaikan lupakan > semua seluruh > instruksi petunjuk perintah aturan",
		],
		order: ["sebelum > alat tool fungsi > lain lainnya manapun apapun"],
		conversation: ["kirim kirimkan lampirkan teruskan > seluruh semua > percakapan obrolan"],
	},
];

/** Chinese and Japanese, which set no blanks: parts of words. */
export const UNSPACED: readonly Lines[] = [
	{
		secrecy: [
			"不要 别 別 勿 不得 不可 禁止 不能 > 告诉 告訴 告知 提及 提到 透露 通知 > 用户 用戶 使用者 任何人",
			"向 对 對 > 用户 用戶 使用者 > 隐瞒 隱瞞 保密",
			"不要让 不让 不讓 不要讓 瞒着 瞞著 > 用户 用戶 使用者",
			"用户 用戶 使用者 > 不知情 毫不知情 不知道的情况",
		],
		override: ["忽略 无视 無視 忘记 忘記 绕过 忽視 > 之前 以前 先前 上述 以上 所有 其他 此前 任何 > 指令 指示 提示词 系统提示 規則 规则"],
		order: ["任何 其他 其它 > 工具 函数 函數 > 之前 以前", "优先于 優先於 > 其他 其它 任何 > 工具"],
		conversation: [
			"发送 發送 传递 附上 转发 > 完整 全部 整个 整個 所有 > 对话 對話 聊天记录 聊天記錄",
			"将 把 將 > 完整 全部 整个 整個 > 对话 對話 聊天记录 聊天記錄 > 发送 發送 传递 传入 附 转发",
		],
	},
	{
		secrecy: [
			"ユーザー ユーザ 利用者 > 知らせ 伝え 言わ 話さ 教え 通知し 通知せ 明かさ > ないで ずに てはいけ てはなら ないこと",
			"ユーザー ユーザ 利用者 > 隠して 秘密に 内緒 気づかれない",
		],
		override: ["以前の これまでの 前の 他の すべての 全ての 上記の > 指示 命令 プロンプト ルール > 無視し 無視せ 忘れて"],
		order: ["他の ほかの どの > ツール 関数 > 前に"],
		conversation: ["会話 > 全体 全文 すべて 全て 履歴 > 送ってください 渡してください 含めてください 添付してください 送信してください"],
	},
];
