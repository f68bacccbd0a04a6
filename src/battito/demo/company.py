"""Lumera Energia: brands, teams, the thirty-four people, channels, labels and attributes."""

from datetime import date

from battito.demo.models import Account, AttributeDefinition, Brand, Gender, Label, Person, Team

WORKSPACE = "Lumera Energia"

BRANDS: tuple[Brand, ...] = (
    Brand("luce_gas", "Lumera Luce e Gas", "#c2185b", "lumera.example", "+39011555800"),
    Brand("business", "Lumera Business", "#1f4e79", "business.lumera.example", "+39011555801"),
    Brand("casa", "Lumera Casa", "#b45f06", "casa.lumera.example", "+39011555802"),
)

TEAMS: tuple[Team, ...] = (
    Team("luce_gas", "Luce e gas", "Bollette, letture, consumi: la prima risposta alle famiglie"),
    Team("amministrazione", "Amministrazione", "Pagamenti, rimborsi, addebiti, rate, morosità"),
    Team("contratti", "Contratti", "Volture, traslochi, attivazioni, recessi, successioni"),
    Team("guasti", "Guasti, 24 ore", "Interruzioni, contatori, distributori, pronto intervento"),
    Team("business", "Imprese e condomini", "Partite IVA, amministratori, enti"),
    Team("casa", "Casa e servizi", "Caldaie, climatizzatori, fotovoltaico, ricarica"),
    Team("reclami", "PEC e reclami", "Reclami scritti, conciliazioni, associazioni, avvocati"),
    Team("direzione", "Sala operativa", "Chi guida la sala, pianifica, disegna e misura"),
)

_PEOPLE = """
Marta|Rizzo|f|agent|Operatrice|luce_gas,amministrazione|it,en|bollette:5,rate:4,ascolto:5|kind|Torino|n|2017-03-06
Omar|Diallo|m|agent|Operatore|reclami,luce_gas|it,fr|reclami:4,bollette:4|exact|Torino|n|2019-09-16
Anna|Bellini|f|agent|Operatrice|luce_gas,reclami|it|bollette:4,reclami:4|kind|Asti|s|2015-01-12
Giulia|Serra|f|agent|Operatrice|contratti|it,es|volture:4,traslochi:4|brisk|Cagliari|s|2021-05-10
Luca|Conti|m|agent|Operatore|luce_gas|it,en|bollette:3,app:5|brisk|Torino|n|2022-02-14
Francesca|Moretti|f|agent|Operatrice|contratti,luce_gas|it|volture:5,successioni:5|kind|Perugia|s|2013-10-01
Elena|Popescu|f|agent|Operatrice|amministrazione|it,ro,en|pagamenti:5,rimborsi:4|sober|Torino|n|2018-04-03
Davide|Negri|m|agent|Operatore|guasti|it|guasti:5,contatori:5|sober|Chieri|n|2012-06-18
Paolo|Nardi|m|agent|Operatore|business|it|condomini:5,fatture:5|exact|Moncalieri|n|2011-11-07
Carla|Russo|f|agent|Operatrice|luce_gas|it|bollette:5,bonus:5|kind|Napoli|s|2014-09-15
Stefano|Bruni|m|agent|Operatore|guasti,luce_gas|it|guasti:4,bollette:3|brisk|Firenze|s|2020-10-05
Alice|Vitale|f|agent|Operatrice|contratti|it,en|attivazioni:4,offerte:5|kind|Torino|n|2023-01-09
Tommaso|Marin|m|agent|Operatore|casa|it|fotovoltaico:5,ricarica:4|exact|Padova|s|2021-03-01
Ilaria|Longo|f|agent|Operatrice|casa,luce_gas|it,en|caldaie:4,clima:4|kind|Torino|n|2020-06-22
Beatrice|Ferri|f|agent|Operatrice|amministrazione,reclami|it|rate:5,morosita:5|sober|Alessandria|n|2016-02-29
Nadia|Zouari|f|agent|Operatrice|luce_gas,contratti|it,ar,fr|bollette:4,volture:3|kind|Torino|n|2019-01-21
Kwame|Osei|m|agent|Operatore|luce_gas|it,en|bollette:4,app:4|sober|Torino|n|2021-11-15
Roberto|Manca|m|agent|Operatore|guasti|it|guasti:5,distributori:5|exact|Torino|n|2010-05-17
Valentina|Greco|f|agent|Operatrice|business|it,en|fatture:4,reattiva:4|brisk|Torino|n|2019-07-08
Edoardo|De Luca|m|agent|Operatore|luce_gas|it|bollette:3,autoletture:4|sober|Salerno|s|2024-02-05
Mei|Chen|f|agent|Operatrice|luce_gas,business|it,zh,en|bollette:4,fatture:3|sober|Prato|s|2022-09-19
Jonas|Pichler|m|agent|Operatore|luce_gas,contratti|it,de,en|bollette:4,volture:4|exact|Bolzano|s|2018-08-27
Amir|Rahmani|m|agent|Operatore|amministrazione,luce_gas|it,ar,en|pagamenti:4,rimborsi:4|kind|Torino|n|2020-01-13
Sara|Fiore|f|agent|Operatrice|luce_gas|it,de|bollette:4,bonus:3|brisk|Trento|s|2022-05-02
Lorenzo|Barbieri|m|agent|Operatore|casa|it|caldaie:5,clima:4|brisk|Bologna|s|2017-09-04
Hind|Tazi|f|agent|Operatrice|contratti,amministrazione|it,ar,fr|volture:4,pagamenti:3|exact|Torino|n|2021-02-08
Chiara|Fontana|f|supervisor|Responsabile di sala|direzione,reclami|it,en|reclami:5|kind|Torino|n|2009-03-02
Vittorio|Caruso|m|supervisor|Responsabile di turno|direzione,guasti|it|guasti:5|sober|Torino|n|2012-01-16
Fabiola|Valli|f|supervisor|Responsabile di turno|direzione,amministrazione|it|pagamenti:5|brisk|Milano|s|2014-04-07
Giorgio|Pace|m|planner|Pianificazione|direzione|it||exact|Torino|n|2015-06-15
Denise|Esposito|f|designer|Disegno del servizio e conoscenza|direzione|it,en||kind|Napoli|s|2018-10-08
Irene|Rota|f|analyst|Analisi e ascolto|direzione|it,en||exact|Bergamo|s|2020-03-23
Nicola|Mazza|m|administrator|Sistemi e riservatezza|direzione|it,en||sober|Torino|n|2013-05-06
Oksana|Shevchenko|f|client|Lumera Casa, sviluppo clienti|direzione|it,uk,en||sober|Milano|s|2022-01-10
"""


def _people() -> tuple[Person, ...]:
    people = []
    for line in _PEOPLE.strip().splitlines():
        given, family, gender, role, title, teams, languages, skills, manner, town, home, since = line.split("|")
        kind: Gender = "f" if gender == "f" else "m"
        local = f"{given}.{family}".lower().replace(" ", "")
        people.append(
            Person(
                key=local,
                given=given,
                family=family,
                gender=kind,
                role=role,
                title=title,
                teams=tuple(teams.split(",")),
                languages=tuple(languages.split(",")),
                skills={k: int(v) for k, v in (s.split(":") for s in skills.split(",") if s)},
                manner=manner,  # type: ignore[arg-type]  # checked by a test
                town=town,
                from_home=home == "s",
                email=f"{local}@lumera.example",
                capacity=4 if role == "agent" else 2,
                since=date.fromisoformat(since),
            )
        )
    return tuple(people)


PEOPLE = _people()

ACCOUNTS: tuple[Account, ...] = (
    Account("mail_casa", "email", "luce_gas", "Servizio clienti", "servizio@lumera.example"),
    Account("mail_business", "email", "business", "Imprese e condomini", "imprese@business.lumera.example"),
    Account("mail_servizi", "email", "casa", "Casa e servizi", "casa@casa.lumera.example"),
    Account("mail_pec", "email", "luce_gas", "PEC", "lumera@pec.lumera.example", certified=True),
    Account("chat_casa", "webchat", "luce_gas", "Chat sul sito", "www.lumera.example"),
    Account("chat_business", "webchat", "business", "Chat imprese", "business.lumera.example"),
    Account("chat_servizi", "webchat", "casa", "Chat casa e servizi", "casa.lumera.example"),
)

_LABELS = """
fatturazione|Fatturazione|argomento|ink
ricalcolo|Ricalcolo|esito|ok
autolettura|Autolettura|argomento|ink
consumo_alto|Consumo alto|argomento|ink
pagamenti|Pagamenti|argomento|ink
doppio_pagamento|Doppio pagamento|argomento|ink
rimborso|Rimborso|esito|ok
rate|Rate|esito|ok
addebito|Addebito in conto|argomento|ink
sollecito|Sollecito|argomento|warn
sospensione|Sospensione|argomento|breach
bonus|Bonus sociale|argomento|ink
canone_rai|Canone RAI|argomento|ink
fattura_elettronica|Fattura elettronica|argomento|ink
voltura|Voltura|argomento|ink
attivazione|Attivazione|argomento|ink
trasloco|Trasloco|argomento|ink
successione|Successione|argomento|ink
recesso|Recesso|argomento|warn
ripensamento|Ripensamento|argomento|warn
prezzo|Prezzo e rinnovo|argomento|ink
offerta|Richiesta di offerta|argomento|ink
potenza|Potenza|argomento|ink
non_richiesto|Contratto non richiesto|argomento|breach
truffa|Sospetta truffa|argomento|breach
app|App e area clienti|argomento|ink
privacy|Privacy|argomento|ink
guasto|Guasto|argomento|warn
gas_odore|Odore di gas|argomento|breach
contatore|Contatore|argomento|ink
danni|Danni|argomento|warn
tecnico|Appuntamento tecnico|argomento|ink
caldaia|Caldaia|argomento|ink
clima|Climatizzatore|argomento|ink
fotovoltaico|Fotovoltaico|argomento|ink
ricarica|Ricarica auto|argomento|ink
condominio|Condominio|argomento|ink
reattiva|Energia reattiva|argomento|ink
reclamo|Reclamo scritto|percorso|breach
pec|PEC|percorso|ink
conciliazione|Conciliazione|percorso|warn
accessibilita|Accessibilità|cura|heart
lingua|Altra lingua|cura|heart
fragile|Con attenzione|cura|heart
elettromedicali|Apparecchi salvavita|cura|breach
elogio|Elogio|esito|ok
fuori_tema|Fuori tema|esito|ink
distributore|Al distributore|percorso|ink
documenti|Attesa documenti|percorso|ink
"""

LABELS: tuple[Label, ...] = tuple(Label(*line.split("|")) for line in _LABELS.strip().splitlines())

ATTRIBUTES: tuple[AttributeDefinition, ...] = (
    AttributeDefinition("codice_cliente", "Codice cliente", "text", help="Otto cifre, in alto a destra in bolletta"),
    AttributeDefinition("codice_fiscale", "Codice fiscale", "text"),
    AttributeDefinition("indirizzo", "Indirizzo di fornitura", "text"),
    AttributeDefinition("offerta_luce", "Offerta luce", "text"),
    AttributeDefinition("offerta_gas", "Offerta gas", "text"),
    AttributeDefinition("pod", "POD", "text", help="Il punto di prelievo della luce"),
    AttributeDefinition("pdr", "PDR", "text", help="Il punto di riconsegna del gas"),
    AttributeDefinition("potenza_kw", "Potenza impegnata (kW)", "number"),
    AttributeDefinition("cliente_dal", "Cliente dal", "date"),
    AttributeDefinition(
        "pagamento", "Come paga", "choice", ("addebito in conto", "bollettino", "bonifico", "carta", "pagoPA")
    ),
    AttributeDefinition("da_pagare", "Da pagare", "money"),
    AttributeDefinition("ultima_bolletta", "Ultima bolletta", "money"),
    AttributeDefinition("consumo_annuo", "Consumo annuo", "number", help="kWh per la luce, Smc per il gas"),
    AttributeDefinition("bonus_sociale", "Bonus sociale", "boolean"),
    AttributeDefinition("elettromedicali", "Apparecchi salvavita in casa", "boolean"),
    AttributeDefinition("bolletta", "Bolletta", "choice", ("per posta", "per e-mail", "caratteri grandi", "Braille")),
)
