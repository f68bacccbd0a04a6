"""The words by which mail programs and people mark quotations, forwards and signatures, in many languages.

Italian and English first, being our customers' and our operators'; the rest is what European and Asian mail programs write.
Everything here is compared without regard to case.
"""

import re

FLAGS = re.IGNORECASE | re.UNICODE

# --- "On … wrote:" -------------------------------------------------------------------------------------------------

# Endings of an attribution. Those that a person uses in prose ("mi ha scritto") are refused by PRONOUN below.
WROTE = (
    r"ha\s+scritto|scrive(?:va)?|scrisse|wrote|writes|sent|said|schrieb|schreibt|geschrieben|hat\s+(?:\S+\s+){0,6}geschrieben"
    r"|a\s+[ée]crit|écrivait|escribi[óo]|ha\s+escrito|escreveu|va\s+escriure|schreef|het\s+volgende\s+geschreven|skrev|skrev\s+følgende|napisał\(?a?\)?"
    r"|pisze|написал\(?а?\)?|пишет|пише|написав|napsal\(?a?\)?|napísal\(?a?\)?|(?:je\s+)?napisa(?:o|la|l)(?:\s+je)?|је\s+написао|kirjoitti|"
    r"[íi]rta|ezt\s+[íi]rta|a\s+scris|yazd[ıi]|şunlar[ıi]\s+yazd[ıi]|έγραψε|написа|kirjutas|tarihinde\s+şunu\s+yazd[ıi]|raš[ėe]|rakst[īi]ja|menulis|"
    r"đã\s+viết|写道|寫道|写到|来信|님이\s+작성|작성|のメール|さんは書きました|は書きました|כתב(?:ה|/ה)?|كتب(?:ت)?|نوشت|เขียนว่า|wrote\s+the\s+following|ha\s+scritto\s+quanto\s+segue"
)
# Words that begin an attribution line.
ON = (
    r"on|il\s+giorno|il\s+d[ìi]|in\s+data|il|nel\s+messaggio|am|le|el\s+d[íi]a|el|em|no\s+dia|a|op|den|på|d\.|kl\.|w\s+dniu|dnia|dne|dňa|dana|"
    r"în|la\s+data(?:\s+de)?|la|pe|στις|на|kuupäev|v(?:\s+v)?|vào(?:\s+lúc)?|pada|em\s+data\s+de|at|in\s+a\s+message\s+dated|in\s+message|nel|в|у|بتاريخ|في|בתאריך|ב|เมื่อ|在|于"
)
WEEKDAY = (
    r"mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|gio|ven|sab|dom|mo|di|mi|do|fr|sa|so|jeu|sam|dim|mié|mie|jue|vie|sáb|seg|ter|qua|qui|sex|ma|woe|wo|vr|za|zo|"
    r"pon|wt|śr|czw|pt|sob|niedz|ndz|po|út|st|čt|pá|ne|пн|вт|ср|чт|пт|сб|вс|ti|ke|to|pe|la|su|man|tir|ons|tor|tors|lør|søn|mån|tis|fre|lör|sön|uto|sri|čet|Pzt|Sal|Çar|Per|Cum|Cmt|Paz"
)
MONTH = (
    r"jan(?:uary|uar|v|vier|uari)?|gen(?:naio)?|ene(?:ro)?|feb(?:ruary|braio|ruar|rero|r|ruari)?|f[ée]v(?:rier|ereiro)?|mar(?:ch|zo|s|ço|et|t)?|m[äa]r(?:z)?|mrt|apr(?:il|ile)?|"
    r"avr(?:il)?|abr(?:il)?|may|mag(?:gio)?|mai|mayo|mei|maj|jun(?:e|i|io)?|giu(?:gno)?|juin|jul(?:y|i|io)?|lug(?:lio)?|juil(?:let)?|aug(?:ust|ustus)?|"
    r"ago(?:sto)?|ao[ûu]t|sep(?:t|tember|tiembre|tembre)?|set(?:t|tembre|embro)?|oct(?:ober|ubre|obre)?|ott(?:obre)?|okt(?:ober|\.)?|out(?:ubro)?|nov(?:ember|embre|iembre|embro)?|"
    r"dec(?:ember|embre)?|dic(?:embre|iembre)?|dez(?:ember|embro)?|d[ée]c(?:embre)?|sty|lut|kwi|cze|lip|sie|wrz|pa[źz]|lis|gru|sij|velj|ožu|svi|srp|kol|ruj|stu|stycznia|lutego|marca|kwietnia|maja|czerwca|lipca|sierpnia|września|października|"
    r"listopada|grudnia|янв\w*|фев\w*|мар\w*|апр\w*|ма[йя]|июн\w*|июл\w*|авг\w*|сен\w*|окт\w*|ноя\w*|дек\w*|січ\w*|лют\w*|бер\w*|квіт\w*|трав\w*|черв\w*|лип\w*|серп\w*|вер\w*|жовт\w*|лист\w*|груд\w*|"
    r"tammi\w*|helmi\w*|maalis\w*|huhti\w*|touko\w*|kes[äa]\w*|hein[äa]\w*|elo\w*|syys\w*|loka\w*|marras\w*|joulu\w*|oca\w*|şub\w*|nis\w*|haz\w*|tem\w*|ağu\w*|eyl\w*|eki\w*|kas\w*|ara\w*|ledna|února|března|dubna|května|června|července|srpna|září|října|listopadu|prosince"
)
DATE = (
    rf"(?:\d{{4}}[./-]\s?\d{{1,2}}[./-]\s?\d{{1,2}}|\d{{1,2}}[./-]\s?\d{{1,2}}[./-]\s?\d{{2,4}}|\d{{1,2}}(?:st|nd|rd|th|\.|º|°)?[\s/-]*(?:de\s+|di\s+)?(?:{MONTH})\b|\b(?:{MONTH})\.?\s+\d{{1,2}}\b|\d{{4}}\s?[年년]|\d{{1,2}}\s?[月월]|"
    r"\b\d{1,2}[-/](?:\d{1,2}|[a-zé]{3,4}\.?)[-/]\d{2,4}|\b\d{1,2}\s+tháng\s+\d{1,2})"
)
TIME = r"(?:\b\d{1,2}\s?[:.h]\s?\d{2}(?::\d{2})?\b|\b\d{1,2}\s?[ap]\.?m\b)"
MAILBOX = r"[\w.+%&'=/-]+@[\w.-]+"

# --- header blocks of the message below ------------------------------------------------------------------------------

FROM, DATE_FIELD, TO, CC, SUBJECT, OTHER = "from", "date", "to", "cc", "subject", "other"
LABELS: dict[str, str] = {
    label: field
    for field, labels in {
        FROM: "from|da|von|de|van|från|fra|od|от|від|mittente|expéditeur|remitente|afsender|avsändare|lähettäjä|feladó|kimden|gönderen|από|发件人|寄件者|寄件人|差出人|보낸 사람|보낸사람|מאת|من|від кого|de la|saatja|no|nuo|dari|från|发信人|送信者",
        DATE_FIELD: "sent|date|inviato|inviato il|inviata|inviata il|spedito|spedito il|data|gesendet|datum|envoyé|envoyé le|date d'envoi|enviado|enviado el|enviada|enviada em|enviado em|fecha|verzonden|skickat|skickades|sendt|dato|wysłano|odesláno|odoslané|отправлено|дата|надіслано|lähetetty|päivämäärä|elküldve|küldve|dátum|gönderildi|gönderme tarihi|tarih|ημερομηνία|στάλθηκε|trimis|data invio|data e ora|发送时间|发送日期|日期|寄件日期|送信日時|日時|보낸 날짜|날짜|נשלח|תאריך|تاريخ|تاريخ الإرسال|sent at|sent on|saadetud|kuupäev|poslano",
        TO: "to|a|an|à|para|aan|naar|till|til|do|komu|кому|destinatario|destinatari|destinataire|vastaanottaja|címzett|kime|alıcı|προς|收件人|收件者|宛先|받는 사람|받는사람|אל|إلى|către|pro|za|kepada|per",
        CC: "cc|ccn|bcc|c\\.c\\.|copie à|copia|kopia|kopie|kopi|копия|копія|cópia|kopio|másolat|bilgi|κοιν\\.?|抄送|副本|참조|עותק|نسخة|cc/ccn",
        SUBJECT: "subject|oggetto|ogg|betreff|objet|objet |asunto|assunto|onderwerp|ämne|emne|temat|předmět|predmet|тема|aihe|tárgy|konu|θέμα|subiect|主题|主旨|标题|件名|제목|נושא|الموضوع|teema|tema|perihal|chủ đề",
        OTHER: "reply-to|reply to|rispondi a|antwort an|répondre à|responder a|importance|importanza|priorität|wichtigkeit|importancia|priority|priorità|attachments|allegati|allegato|anlagen|pièces jointes|datos adjuntos|organisation|organization|x-mailer|newsgroups|via|gruppi",
    }.items()
    for label in labels.split("|")
}
LABEL_LINE = re.compile(
    r"^[\s>*_|\u2022]*(?P<label>"
    + "|".join(sorted((label if "\\" in label else re.escape(label) for label in LABELS), key=len, reverse=True))
    + r")[\s\u00a0]*\**[\s\u00a0]*[:：][\s*\u00a0]*(?P<value>.*)$",
    FLAGS,
)

# --- lines that announce what follows ---------------------------------------------------------------------------------

ORIGINAL = (
    r"messaggio\s+originale|original\s+message|originale?\s+bericht|original\s+mail|original\s+email|reply\s+message|originalnachricht|original\s*-?\s*nachricht|ursprüngliche\s+(?:nachricht|mail|e-mail|email)|"
    r"antwort\s+nachricht|urspr\.\s+nachricht|message\s+d['’]origine|message\s+original|message\s+initial|courriel\s+original|e-mail\s+d['’]origine|mail\s+original|mensaje\s+original|correo\s+original|mensagem\s+original|oprindelig\s+(?:meddelelse|besked)|oorspronkelijk\s+bericht|"
    r"ursprungligt?\s+meddelande|originalmeddelande|opprinnelig\s+melding|alkuperäinen\s+viesti|wiadomość\s+oryginalna|oryginalna\s+wiadomość|původní\s+zpráva|pôvodná\s+správa|исходное\s+сообщение|"
    r"пересылаемое\s+сообщение|оригинальное\s+сообщение|eredeti\s+üzenet|orijinal\s+(?:mesaj|ileti)|özgün\s+ileti|mesaj\s+original|αρχικό\s+μήνυμα|原始邮件|原邮件|原始郵件|元のメッセージ|원본\s*메시지|원본\s*메일|הודעה\s+מקורית|الرسالة\s+الأصلية|izvorna\s+poruka|"
    r"missatge\s+original|messaggio\s+di\s+risposta|risposta\s+al\s+messaggio|e-?mail\s+originale|mail\s+originale|originale\s+messaggio"
)
FORWARDED = (
    r"(?:inizio(?:\s+del)?\s+)?messaggio\s+inoltrato|inoltrato\s+messaggio|messaggio\s+inoltrato\s+da.*|fine\s+messaggio\s+inoltrato|(?:begin\s+)?forwarded\s+message|forwarded\s+by.*|forwarded\s+mail|start\s+of\s+forwarded\s+message|(?:anfang\s+der\s+)?weitergeleitete[rn]?\s+(?:nachricht|mail|e-mail)|"
    r"(?:début\s+du\s+)?message\s+(?:transféré|transmis|réexpédié|transfere)|(?:inicio\s+del\s+)?mensaje\s+reenviado|mensagem\s+(?:encaminhada|reencaminhada)|(?:begin\s+)?doorgestuurd\s+bericht|vidarebefordrat\s+(?:brev|meddelande)|videresendt\s+(?:melding|besked|meddelelse)|"
    r"välitetty\s+viesti|(?:wiadomość\s+)?przekazana?\s+(?:wiadomość|dalej)|přeposlaná\s+zpráva|пересланное\s+сообщение|пересылаемое\s+сообщение|továbbított\s+(?:üzenet|levél)|yönlendirilen\s+mesaj|mesaj\s+redirecționat|转发邮件|轉寄郵件|転送メッセージ|전달된\s*메시지|missatge\s+reenviat"
)
REPLY_LINE = (
    r"(?:(?:si\s+prega\s+di|per\s+favore,?)\s+)?(?:rispond(?:i|a|ere|ete)|scriv(?:i|a|ere|ete)|digit(?:a|are)|per\s+rispondere).{0,40}(?:sopra|al\s+di\s+sopra)\s+(?:di\s+)?quest[ao]\s+(?:riga|linea)|"
    r"(?:please\s+)?(?:reply|type\s+your\s+reply|write\s+your\s+reply|respond).{0,30}above\s+this\s+line|bitte\s+(?:antworten|schreiben)\s+.{0,30}oberhalb\s+dieser\s+(?:zeile|linie)|répondez\s+au-dessus\s+de\s+cette\s+ligne|responda\s+(?:por\s+)?(?:encima|acima)\s+de.{0,10}l[ií]nea"
)
FORWARD_SUBJECT = re.compile(
    r"^\s*(?:fwd?|fw|i|inoltr[oa]?|inoltrato|wg|wtr|tr|rv|renv|enc|res?env|doorst|vb|vs|pd|fs|továbbítás|iltr?|轉寄|转发|転送)\s*:",
    FLAGS,
)
"""A subject that says "forwarded": `Fwd:`, `I:` (Italian Outlook), `WG:`, `TR:`, `RV:` …; `R: I:` answers a forward."""

# --- signatures -------------------------------------------------------------------------------------------------------

CLOSING = (
    r"(?:(?:i\s+(?:miei\s+)?)?(?:pi[ùu']'?\s+)?(?:(?:ringraziando|ringraziandovi|ringraziandola|grazie|in\s+attesa\s+di\s+(?:un\s+)?(?:vostro|suo|cortese|gentile)?\s*(?:gentile|cortese)?\s*(?:riscontro|risposta))[\s\w,]{0,40}?\s*(?:e\s+|,\s*|,?\s*porgo\s+)?)?"
    r"(?:(?:vogliate\s+gradire|voglia\s+gradire|porgo|porgiamo|invio|le\s+porgo|vi\s+porgo|con\s+i|un)\s+(?:i\s+)?(?:miei\s+|nostri\s+)?(?:pi[ùu]\s+)?)?"
    r"(?:cordiali\s+(?:e\s+distinti\s+)?saluti|distinti\s+(?:e\s+cordiali\s+)?saluti|cordialmente|cordialit[àa]|saluti\s+(?:cordiali|e\s+grazie|distinti|e\s+buon\w*[\s\w]{0,30})|un\s+(?:caro|cordiale)\s+saluto|caro\s+saluto|cari\s+saluti|migliori\s+saluti|ossequi|"
    r"distintamente|i\s+migliori\s+saluti|tanti\s+saluti|saluti|salutoni|con\s+osservanza|in\s+fede|cordialissimi\s+saluti|cord\.?\s*saluti|dist\.?\s*saluti|c\.s\.|buon(?:a)?\s+(?:giornata|serata|lavoro|weekend)|un\s+saluto)"
    r"(?:\s+e\s+(?:grazie|buon\w*)[\s\w]{0,30}|\s+a\s+(?:tutti|lei|voi))?)"
    r"|(?:with\s+)?(?:many\s+thanks\s+and\s+|thanks\s+and\s+|thank\s+you\s+and\s+)?(?:(?:my\s+|our\s+)?(?:very\s+)?(?:best|kind|kindest|warm|warmest|sincere)\s+(?:regards|wishes)|regards|rgds|brgds|b\.?\s?rgds|kr|br|sincerely(?:\s+yours)?|yours\s+(?:sincerely|faithfully|truly)|best|all\s+the\s+best|cheers|warmly|respectfully|cordially|take\s+care|many\s+thanks|kind\s+regards\s*/.*)"
    r"|(?:mit\s+)?(?:freundlichen?|besten?|herzlichen?|lieben?|schönen?|vielen?)\s+(?:grüßen|grüssen|grüße|grüsse|gruß|gruss|dank)(?:\s+aus\s+\w+)?|mfg|lg|vg|viele\s+grüße|hochachtungsvoll|gruß|gruss"
    r"|(?:bien\s+)?(?:cordialement|cordialement\s+vôtre)|(?:bien\s+)?à\s+vous|salutations(?:\s+distinguées|\s+cordiales)?|sincères\s+salutations|(?:veuillez|je\s+vous\s+prie).{5,80}salutations.{0,25}|meilleures\s+salutations|bonne\s+(?:journée|réception|soirée)|amicalement|cdt|cdlt"
    r"|(?:un\s+)?(?:cordial(?:es)?|atentos?|mejores)\s+saludos?|saludos(?:\s+cordiales)?|atentamente|reciba.{0,30}saludo|un\s+saludo|atenciosamente|cumprimentos|com\s+os\s+melhores\s+cumprimentos|abraços|att"
    r"|met\s+vriendelijke\s+groet(?:en)?|vriendelijke\s+groet(?:en)?|mvg|groeten|med\s+v[äe]nlig(?:a)?\s+h[iä]ls(?:en|ningar?)|med\s+venlig\s+hilsen|vänliga\s+hälsningar|mvh|hälsningar|z\s+poważaniem|pozdrawiam|s\s+pozdravem|с\s+уважением|ystävällisin\s+terveisin|terveisin|üdvözlettel|cu\s+stimă|saygılarımla|με\s+εκτίμηση|s\s+poštovanjem"
)
INFORMAL_CLOSING = r"(?:grazie(?:\s+(?:mille|infinite|tante|in\s+anticipo|ancora|per\s+[\w\s']{3,40}))?|thanks(?:\s+(?:again|a\s+lot|so\s+much|in\s+advance))?|thank\s+you(?:\s+(?:very\s+much|again|in\s+advance))?|many\s+thanks|danke|vielen\s+dank|merci(?:\s+d['’]avance)?|gracias|obrigad[oa]|ciao|a\s+presto|un\s+abbraccio|baci)"

MOBILE = (
    r"get\s+(?:bluemail|spark|aqua\s?mail|edison|proton\s?mail)\s+(?:for\b.{1,40})?|inviato\s+(?:da(?:l(?:la|lo)?)?|con|tramite|via|dal\s+mio|da\s+un)\b.{1,70}|sent\s+(?:from|via|with|using)\s+(?!the\s)(?:my\s+|a\s+|an\s+)?.{2,60}|sent\s+on\s+the\s+(?:go|move).{0,30}|(?:ottieni|scarica|otieni)\s+outlook\s+(?:per|for)\b.{1,60}|get\s+outlook\s+for\b.{1,60}|"
    r"(?:von|aus)\s+mein(?:em|er)\b.{1,40}gesendet|gesendet\s+(?:von|mit|über)\b.{1,60}|diese\s+nachricht\s+wurde\s+von\s+mein.{1,60}gesendet.?|holen\s+sie\s+sich\s+outlook.{1,40}|outlook\s+für\s+.{1,40}|envoy[ée]e?\s+(?:de(?:puis)?|à\s+partir\s+de|avec|via)\b.{1,60}|télécharge[rz]\s+outlook.{1,40}|obtenez\s+outlook.{1,40}|"
    r"enviado\s+(?:desde|do|con|através)\b.{1,60}|obtener\s+outlook.{1,40}|obter\s+o\s+outlook.{1,40}|verzonden\s+vanaf\b.{1,60}|verstuurd\s+vanaf\b.{1,60}|skickat\s+från\b.{1,60}|sendt\s+fra\b.{1,60}|wysłane\s+z\b.{1,60}|отправлено\s+(?:с|из)\b.{1,60}|lähetetty\s+.{1,40}(?:sta|stä|sta)|iphone['’]?(?:umdan|dan|dan)\s+gönderildi|"
    r"odesláno\s+z\w*\s.{1,40}|odoslané\s+z\w*\s.{1,40}|az?\s+.{2,30}r[óő]l\s+küldve|στάλθηκε\s+από\b.{1,40}|trimis\s+(?:de\s+pe|din|cu)\b.{1,40}|poslano\s+[sz]\w*\s.{1,40}|надіслано\s+(?:з|із)\b.{1,40}|изпратено\s+от\b.{1,40}|enviat\s+des\b.{1,40}|gửi\s+từ\b.{1,40}|dikirim\s+dari\b.{1,40}|נשלח\s+מ.{1,40}|(?:أُ?رسلت|تم\s+الإرسال)\s+من\b.{1,40}|내\s+.{1,20}에서\s+보냄|发自我的.{1,30}|從我的.{1,30}傳送|iphoneから送信|나의\s+iphone에서\s+보냄|inviata\s+da\s+.{1,50}|messaggio\s+inviato\s+(?:da|con)\b.{1,60}|sent\s+by\s+.{0,20}(?:mobile|phone|tablet)|this\s+message\s+was\s+sent\s+from\s+my\b.{1,40}|typed\s+(?:on|with)\s+.{0,30}(?:phone|thumbs).{0,20}|scusate?\s+(?:la\s+)?(?:brevità|gli\s+errori).{0,40}(?:mobile|telefono|cellulare|smartphone).{0,20}|please\s+excuse\s+(?:any\s+)?(?:typos|brevity).{0,40}"
)
# Words that make `Sent from …`, `Inviato con …` the line of a device or a program, not of a sentence.
DEVICE = re.compile(
    r"iphone|ipad|ipod|android|samsung|galaxy|huawei|xiaomi|redmi|motorola|oppo|pixel\b|nokia|lumia|windows|blackberry|outlook|yahoo|gmail|libero|virgilio|tiscali|alice|tim\s?mail|proton|tutanota|spark|airmail|aquamail|aqua\s+mail|k-9|bluemail|blue\s+mail|thunderbird|"
    r"mail(?:bird|spring)?\b|\bposta\b|smartphone|telefon\w*|cell\b|cellphone|phone|handy|mobile|mobil\w*|cellulare|dispositivo|device|tablet|portable|ordinateur|móvil|celular|htc|sony|xperia|lg\b|zte|honor|oneplus|mac\b|macbook|apple|aol|gmx|web\.de|hotmail|zoho|fastmail|superhuman|front\b|missive|inbox|polymail|acompli|sparrow|edison|newton|"
    r"verizon|at&t|t-mobile|vodafone|wind\b|\btre\b|surface|app\b|телефон\w*|яндекс\w*|mail\.ru|nine\b|boxer|canary|hey\.com|wemail|mymail|telephone|компьютер\w*",
    FLAGS,
)
DISCLAIMER = (
    r"(?:\*+\s*)?(?:[P\uf050]\s+)?(?:questa\s+e-?mail\s+è\s+stata\s+(?:esaminata|controllata|verificata)|this\s+e-?mail\s+(?:has\s+been|was)\s+(?:checked|scanned|sent\s+from\s+a\s+virus)|diese\s+e-?mail\s+wurde\s+(?:von|auf)|il\s+software\s+antivirus|l['’]absence\s+de\s+virus|ai\s+sensi\s+(?:e\s+per\s+gli\s+effetti\s+)?(?:del(?:la|l['’])?|degli?|dell)\b.{0,80}(?:\d|regolamento|gdpr|privacy|legge)|le\s+informazioni\s+(?:contenute|trasmesse|riportate|presenti)\s+(?:in|nel|nella|con)\b|questo\s+(?:messaggio|documento)(?:\s+di\s+posta\s+elettronica)?,?\s*(?:e[d]?\s+(?:i\s+suoi\s+|gli\s+(?:eventuali\s+)?|ogni\s+|eventuali\s+)?allegati|è\s+(?:destinato|riservato|confidenziale|indirizzato)|può\s+contenere|contiene\s+informazioni)|"
    r"(?:la\s+presente|questa)\s+(?:e-?mail|comunicazione|mail)\s*(?:,?\s*e[d]?\s+(?:i\s+suoi\s+|gli\s+)?(?:eventuali\s+)?(?:suoi\s+)?allegati|,?\s*(?:è|può|contiene|potrebbe)\b.{0,60}(?:riservat|confidenzial|destinat|privat|contenere|informazion))|(?:avviso|nota|clausola)\s+(?:di|sulla)\s+(?:riservatezza|privacy|confidenzialità)|avvertenze?\s+(?:ai\s+sensi|legali)|il\s+contenuto\s+(?:del(?:la)?\s+presente|di\s+quest[oa])\b.{0,60}(?:riservat|confidenzial|destinat)|"
    r"informativa\s+(?:privacy|ai\s+sensi|sul\s+trattamento)|d\.?\s?lgs\.?\s*(?:n\.?\s*)?(?:196|101)|regolamento\s+(?:ue|europeo|\(ue\))\s*(?:n\.?\s*)?(?:2016/679|679)|qualora\s+(?:non\s+siate|abbiate\s+ricevuto|avesse\s+ricevuto|riceveste|il\s+messaggio)|se\s+(?:avete|ha|hai)\s+ricevuto\s+(?:questo|questa|il|la|per\s+errore)\b|chi\s+ricev(?:e|esse)\s+(?:il|la|questo)|prima\s+di\s+stampare|(?:rispetta|proteggi)\s+l['’]ambiente|pensa\s+all['’]ambiente|non\s+stampare\s+questa|"
    r"this\s+(?:e-?mail|message|communication|email\s+message|electronic\s+(?:mail|message))\b.{0,80}(?:confidential|privileged|intended|attachment|may\s+contain|contains?\s+information)|(?:the\s+)?(?:information|contents?)\s+(?:contained\s+)?(?:in|of)\s+this\s+(?:e-?mail|message|communication|transmission)\b|(?:confidentiality|legal|privacy|important)\s+(?:notice|disclaimer|note|warning)\b|disclaimer\b\s*[:\-]?|if\s+you\s+(?:are\s+not\s+the|have\s+received\s+this|received\s+this)\b.{0,60}(?:intended|addressee|recipient|error|mistake)|"
    r"please\s+(?:consider\s+the\s+environment|think\s+before|do\s+not\s+print)|p\s+please\s+consider|(?:before\s+printing|think\s+before\s+(?:you\s+)?print|save\s+a\s+tree)|notice\s+of\s+confidentiality|this\s+footnote\s+confirms|the\s+unauthori[sz]ed\b|"
    r"diese\s+e-?mail\b.{0,60}(?:vertraulich|enthält|kann)|der\s+inhalt\s+dieser\s+e-?mail|(?:wichtiger\s+)?hinweis:?\s+diese|bitte\s+(?:denken|prüfen)\s+sie\b.{0,40}(?:umwelt|drucken)|vertraulichkeitshinweis|ce\s+(?:message|courriel|mail|courrier)\b.{0,60}(?:confidentiel|pièces|destin|contien)|avis\s+de\s+confidentialité|pensez\s+à\s+l['’]environnement|(?:este|el\s+presente)\s+(?:mensaje|correo)\b.{0,60}(?:confidencial|destinat|adjunt|contien|dirig)|aviso\s+(?:legal|de\s+confidencialidad)|antes\s+de\s+imprimir|esta\s+mensagem\b.{0,60}(?:confidencial|destin)|dit\s+bericht\b.{0,60}(?:vertrouwelijk|bestemd)|"
    r"(?:questa\s+)?(?:e-?mail|mail)?\s*(?:è\s+)?priv[ao]\s+di\s+virus|nessun\s+virus\s+(?:nel|nei)|virus-?free\b|(?:questa\s+e-?mail|il\s+software|this\s+e-?mail).{0,40}(?:è\s+stata\s+controllata|has\s+been\s+(?:checked|scanned)).{0,60}|mail\s+priva\s+di\s+virus|virenfrei|sans\s+virus|libre\s+de\s+virus|informazioni\s+riservate|privacy\s+policy\s*:)"
)
FOOTER = (
    r"you\s+(?:are\s+receiv|received|are\s+subscribed)\w*\s+(?:this|to|from|it)\b.{0,60}(?:because|subscribed|group|list)|to\s+unsubscribe\b.{0,80}(?:http|send|visit|click|e-?mail|write|link|:|from\s+this\s+(?:group|list))|unsubscribe\s*[:<(]|(?:un)?subscribe\s*[|/]|"
    r"per\s+(?:cancellar(?:ti|si|vi)|disiscriver(?:ti|si|vi)|annullare\s+l['’]iscrizione)\b.{0,80}(?:clic|http|link|qui|invia|scriv)|ricevi\s+questa\s+e-?mail\s+perch[ée]|.{2,60}\smailing\s+list\s*$|to\s+post\s+to\s+this\s+(?:group|list)|list\s+(?:info|archives?)\s*[:<]|hai\s+ricevuto\s+questo\s+messaggio\s+perch[ée]|"
    r"yahoo!\s+groups\s+(?:sponsor|links)|your\s+use\s+of\s+yahoo|do\s+you\s+yahoo!\?|get\s+your\s+free\b.{0,40}(?:mail|email)|(?:msn|windows\s+live|hotmail)\b.{0,60}http|join\s+the\s+world['’]s\s+largest|this\s+sf\.net\s+email\s+is\s+sponsored"
)
BANNER = (
    r"\[?\s*(?:external(?:\s+(?:email|sender|mail))?|esterno|e-?mail\s+esterna|mittente\s+esterno)\s*\]?\s*:?$|(?:\W*(?:caution|attention|warning|attenzione|avviso|achtung)\W+.{0,30}(?:this\s+(?:e-?mail|message)|questa\s+e-?mail|questo\s+messaggio|diese\s+e-?mail|external|esterna?).{0,80}(?:outside|external|originated|esterno|esterna|provien|außerhalb|extern).*)|"
    r"(?:non\s+si\s+ricevono\s+spesso|you\s+don['’]?t\s+often\s+get|alcune\s+persone\s+che\s+hanno\s+ricevuto|some\s+people\s+who\s+received\s+this).{0,120}|(?:this\s+(?:e-?mail|message)\s+(?:originated|came|is)\s+from\s+(?:outside|an\s+external)).*|questa\s+e-?mail\s+(?:proviene|arriva)\s+dall['’]esterno.*"
)
TITLE = (
    r"ufficio|responsabile|direttore|direttrice|direzione|amministra\w+|segreteria|sales|manager|marketing|assistenza|customer|servizio\s+clienti|consulente|agente|titolare|ceo|cto|cfo|founder|engineer|ingegnere|avv\.|dott\.|dr\.|ing\.|geom\.|arch\.|rag\.|prof\.|studio\s+(?:legale|tecnico|associato|medico)|"
    r"s\.?r\.?l\.?s?\b|s\.?p\.?a\.?\b|s\.?n\.?c\.?\b|s\.?a\.?s\.?\b|gmbh|ltd\b|inc\b|llc\b|s\.?l\.?\b|b\.?v\.?\b|& co|group|department|dept|team\s+leader|specialist|developer|director|president|vertrieb|geschäftsführer|abteilung|accountant|secretary|coordinator|analyst|officer|assistant"
)
CONTACT = re.compile(
    r"(?:\b(?:tel|telefono|phone|ph|mob|mobile|mobil|cell|cellulare|cel|fax|ufficio|office|direct|diretto|centralino|whatsapp|skype|e-?mail|mail|pec|web|sito|website|internet|www|url|linkedin|facebook|instagram|twitter|p\.?\s?iva|partita\s+iva|c\.?f\.?/p\.?iva|vat|rea|sede(?:\s+legale)?|t|m|f|c|e|w|p)\b\s*[.:/|]*\s*(?:\+|\(|\d|https?:|www|[\w.+-]+@))"
    r"|(?:\+|00)\d{1,3}[\s./()-]*\d[\d\s./()-]{5,}|\b0\d{1,4}[\s./-]+\d{4,}|\b0\d{8,10}\b|\b3\d{2}[\s./-]?\d{3}[\s./-]?\d{3,4}\b|\b\(?\d{3}\)?[-.\s]\d{3}[-.\s]\d{4}\b|\b0\d(?:[\s.]\d{2}){4}\b|https?://\S+|\bwww\.\S+|"
    + MAILBOX
    + r"\.[a-z]{2,}"
    r"|\b(?:via|viale|piazza|piazzale|corso|vicolo|largo|strada|p\.zza|c\.so|v\.le|loc\.)\s+[\w'.\s]{2,40},?\s*(?:n\.?\s*)?\d+|\b\d{5}\s+[A-ZÀ-Ú][\w'\s]+(?:\([A-Z]{2}\)|\b[A-Z]{2}\b)?|\b\d+\s+[\w\s]{3,30}\s(?:street|st|road|rd|avenue|ave|lane|drive|straße|str\.)\b",
    FLAGS,
)
# What a customer says of the matter itself: never part of what is folded.
MATTER = re.compile(
    r"\b(?:cod(?:ice)?\.?\s*(?:cliente|contratto|utente|fiscale|pratica|ordine)|c\.?\s?f\.?\s*[:\s]\s*[A-Z]{6}\d|(?:n(?:r|um(?:ero)?)?[.°º]?\s*(?:di\s+)?)?(?:contratto|pratica|ordine|cliente|polizza|fattura|bolletta|ticket|matricola|fornitura|utenza)\s*(?:n(?:r|um(?:ero)?)?[.°º]?)?\s*[:#]?\s*[A-Z]{0,4}[-/]?\d|POD\b|PDR\b|IBAN\b|targa\b|order\s*(?:no|number|#)|customer\s*(?:no|number|id)|account\s*(?:no|number)|case\s*(?:no|number)|kundennummer|bestellnummer|numéro\s+de\s+(?:client|commande))",
    FLAGS,
)
PRONOUN = re.compile(
    r"\b(?:mi|ci|vi|ti|le|gli|si|che|chi|non|me|le|già|nous|vous|m['’]|l['’]|he|she|they|you|i|we|who|also|just)\s+$",
    FLAGS,
)
