"""A few people one meets at once: conversations written by hand, placed around the present moment."""

import random
from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from battito.channels.webchat.demo import CUSTOMER
from battito.demo import clock
from battito.demo.households import Households
from battito.demo.models import (
    Attachment,
    Bill,
    Change,
    Company,
    Contact,
    Conversation,
    Identity,
    Item,
    Manner,
    Message,
    Note,
    State,
    Supply,
)


class Hero(msgspec.Struct, frozen=True):
    """A customer written by hand with the conversations they have had."""

    contact: Contact
    company: Company | None
    conversations: tuple[Conversation, ...]


Line = tuple[float, str, str]
"""(minutes before now, who, text): who is c, a person's key, `note:` a person's key, or a change."""


class _Stage:
    def __init__(self, rng: random.Random, households: Households, now: datetime) -> None:
        self.rng, self.households, self.now = rng, households, now

    def contact(
        self, given: str, family: str, gender: Literal["f", "m"], born: int, *, email: str, care: tuple[str, ...] = (),
        labels: tuple[str, ...] = (), town: tuple[str, str, str, str, str] = ("via Po 41", "10124", "Torino", "TO", "Piemonte"),
        since: int = 2014, manner: Manner = "plain", who: tuple[str, ...] = (), language: str = "it",
    ) -> tuple[Contact, Company | None]:  # fmt: skip
        made, firm = self.households.make(language, who)
        street, postcode, name, province, region = town
        contact = msgspec.structs.replace(
            made, given=given, family=family, gender=gender, born=born, origin="", email=email, care=care, labels=labels,
            street=street, postcode=postcode, town=name, province=province, region=region,
            since=date(since, 3, 4), manner=manner,
            identities=(Identity("email", email, "Indicata dal cliente alla firma del contratto", True),
                        Identity("phone", made.phone, "Recapito in anagrafica", True)),
        )  # fmt: skip
        return contact, firm

    def talk(
        self, contact: Contact, account: str, subject: str, lines: list[Line], *, team: str, matter: str,
        labels: tuple[str, ...] = (), priority: Literal["low", "normal", "high", "urgent"] = "normal",
        files: dict[int, Attachment] | None = None, brand: str = "luce_gas",
    ) -> Conversation:  # fmt: skip
        items: list[Item] = []
        owner: str | None = None
        state: State = "open"
        rating: int | None = None
        snoozed: datetime | None = None
        mail = account.startswith("mail")
        said = 0
        for minutes, who, text in lines:
            at = self.now - timedelta(minutes=minutes)
            if not items:
                items.append(Change(at, "created", None, account))
            if who == "c":
                attached = (files or {}).get(said)
                head = (subject if said == 0 else f"Re: {subject}") if mail else None
                items.append(Message(at, "customer", contact.key, text, head, None, (attached,) if attached else ()))
                state = "open"
                said += 1
            elif who.startswith("note:"):
                person = who.removeprefix("note:")
                mentions = tuple(key for name, key in _NAMES.items() if f"@{name}" in text)
                items.append(Note(at, person, text, mentions))
            elif who == "resolved":
                items.extend(Change(at, "labelled", owner, label) for label in labels)
                items.append(Change(at, "resolved", owner))
                state = "resolved"
            elif who == "rated":
                score, _, comment = text.partition(" ")
                rating = int(score)
                items.append(Change(at, "rated", None, score, comment))
            elif who == "snoozed":
                snoozed = self.now + timedelta(minutes=float(text))
                items.append(Change(at, "snoozed", owner, snoozed.isoformat()))
                state = "snoozed"
            else:
                if owner is None:
                    items.append(Change(at - timedelta(minutes=0.5), "assigned", None, who))
                elif owner != who:
                    items.append(Change(at - timedelta(minutes=0.5), "transferred", owner, who, team))
                owner = who
                if text:
                    items.append(Message(at, "agent", who, text, f"Re: {subject}" if mail else None))
                    state = "waiting"
        return Conversation(
            key="", number=0, contact=contact.key, account=account, kind="email" if mail else "webchat", brand=brand,
            matter=matter, story="", language="it", subject=subject, state=state, priority=priority, owner=owner,
            team=team, labels=labels, followers=(), created_at=items[0].at, updated_at=items[-1].at,
            snoozed_until=snoozed, rating=rating, items=tuple(items),
        )  # fmt: skip


_NAMES = {"Chiara Fontana": "chiara.fontana", "Elena Popescu": "elena.popescu", "Marta Rizzo": "marta.rizzo"}
_DAY = 24 * 60.0


def heroes(rng: random.Random, households: Households, now: datetime) -> tuple[Hero, ...]:
    """The people of the first screen."""
    stage = _Stage(rng, households, now)
    return (
        _teresa(stage), _davide(stage), _ahmed(stage), _ferraris(stage), _monti(stage), _lucia(stage), _rosa(stage),
    )  # fmt: skip


def _teresa(stage: _Stage) -> Hero:
    contact, _ = stage.contact(
        "Teresa", "Colombo", "f", 1944, email=str(CUSTOMER["email"]), manner="elder",
        care=("Vede poco: niente codici da leggere, con calma", "Preferisce la voce e la posta, al mattino"),
        labels=("accessibilita",),
    )  # fmt: skip
    today = stage.now.astimezone(clock.ROME).date()
    issued = today - timedelta(days=33)
    start = date(2014, 3, 4)
    light = Supply("luce", "IT999E10484471", "Verde Fisso 24", start, 3.0, "20714471", 480, 1180)
    gas = Supply("gas", "99990020150192", "Casa Serena", start, 0.0, "70210192", 310, 540)
    bills = []
    for index, (used, cents) in enumerate(((300, 13_490), (323, 14_502), (316, 14_194), (412, 18_420))):
        day = issued - timedelta(days=61 * (3 - index))
        begins = (day.replace(day=1) - timedelta(days=45)).replace(day=1)
        bills.append(
            Bill(
                f"{day.year}-L-{48_117 + index * 9_313:06d}",
                "luce",
                day,
                day + timedelta(days=39),
                begins,
                2,
                used,
                index == 3,
                cents,
            )
        )
    contact = msgspec.structs.replace(
        contact,
        supplies=(light, gas),
        bills=tuple(bills),
        owing_cents=18_420,
        payment="bollettino",
        code=str(CUSTOMER["sub"]),
        social_bonus=True,
    )
    inv = bills[-1].number
    photo = Attachment("contatore nonna.jpg", "meter", "image/jpeg", ("3.184", "luce", "20714471"), 3184)
    standard = (
        "Gentile cliente,\n\nl’importo della sua bolletta è calcolato in base ai consumi e alle condizioni del contratto. "
        "Può inviare l’autolettura dalla sua area clienti inserendo il codice ricevuto per SMS.\n\nCordiali saluti,\nEdoardo De Luca\nLumera Luce e Gas"
    )
    complaint = stage.talk(
        contact, "mail_casa", "bolletta troppo alta",
        [(14 * _DAY + 200, "c", (f"Buongiorno,\n\nho ricevuto la bolletta {inv} di 184,20 euro. Io vivo da sola e l’anno scorso di questi tempi ne pagavo novanta. "
          "Ci vedo poco e non capisco tutte quelle righe. Potete guardare se è giusta?\n\nTeresa Colombo")),
         (13 * _DAY, "edoardo.deluca", standard), (13 * _DAY - 5, "resolved", ""),
         (12 * _DAY, "rated", "2 Mi hanno mandato un codice per SMS. Io i codici non li leggo.")],
        team="luce_gas", matter="bill_estimated", labels=("fatturazione",),
    )  # fmt: skip
    second = stage.talk(
        contact, "chat_casa", "Autolettura inviata dal nipote",
        [(10 * _DAY + 7, "c", "buongiorno sono Andrea, il nipote di Teresa Colombo. le mando io la lettura della nonna: 3184"),
         (10 * _DAY + 5, "anna.bellini", "Buongiorno Andrea, sono Anna. Foto chiarissima: 3.184 registrato a nome della nonna. Grazie di darle una mano."),
         (10 * _DAY + 4, "c", "grazie a lei! la bolletta che ha già ricevuto però è più alta, la sistemate voi?"),
         (10 * _DAY + 2, "anna.bellini", "La vedo: era partita su stima prima della lettura. Segnalo il ricalcolo a chi la segue."),
         (10 * _DAY + 1, "resolved", "")],
        team="luce_gas", matter="self_reading", labels=("autolettura",), files={0: photo},
    )  # fmt: skip
    third = stage.talk(
        contact, "mail_casa", "E adesso cosa devo fare?",
        [(95, "c", ("Buongiorno,\n\nmi scrive mio nipote Andrea al computer, io detto. La lettura l’abbiamo mandata ma la bolletta da 184,20 euro è sempre quella, "
          "e scade fra poco. E adesso cosa devo fare? Devo pagarla lo stesso?\n\nSe potete rispondetemi per posta o a voce, i numeri piccoli non li leggo.\n\nTeresa Colombo")),
         (88, "marta.rizzo", ""),
         (80, "note:marta.rizzo", f"@Elena Popescu lettura valida 3.184, successiva alla stima: {inv} passa da 412 a 214 kWh. Mi confermi 97,04 euro prima che le scriva?"),
         (61, "note:elena.popescu", "Confermo 97,04. Scadenza sospesa adesso. Nuova bolletta in dieci giorni, per posta e in caratteri grandi.")],
        team="luce_gas", matter="bill_estimated", labels=("fatturazione", "accessibilita"), priority="high",
    )  # fmt: skip
    return Hero(contact, None, (complaint, second, third))


def _davide(stage: _Stage) -> Hero:
    contact, _ = stage.contact("Davide", "Esposito", "m", 1991, email="davide.esposito91@libera.example", manner="young",
                               since=2021, town=("via Cimarosa 12", "80127", "Napoli", "NA", "Campania"))  # fmt: skip
    photo = Attachment("IMG_4471.jpg", "meter", "image/jpeg", ("11.902", "luce", "31870233"), 11902)
    talk = stage.talk(
        contact, "chat_casa", "Autolettura con foto",
        [(9, "c", "ciao, dovrei mandare la lettura della luce ma l'app mi dà errore"),
         (7.5, "anna.bellini", "Buongiorno Davide, sono Anna. Nessun problema: la mandi pure qui, anche in foto."),
         (3, "c", "Foto del contatore. Va bene così?")],
        team="luce_gas", matter="self_reading", files={1: photo},
    )  # fmt: skip
    return Hero(contact, None, (talk,))


def _ahmed(stage: _Stage) -> Hero:
    contact, _ = stage.contact("Ahmed", "Benali", "m", 1979, email="ahmed.benali@mail.example", since=2019,
                               care=("Italiano semplice, frasi corte",), labels=("lingua",),
                               town=("corso Giulio Cesare 88", "10152", "Torino", "TO", "Piemonte"))  # fmt: skip
    talk = stage.talk(
        contact, "chat_casa", "Bolletta a nome di un'altra persona",
        [(6, "c", "buongiorno io abito qui da marzo ma bolletta è nome di altra persona"),
         (5.5, "c", "posso parlare con una persona per favore?")],
        team="luce_gas", matter="newcomer", labels=("lingua",),
    )  # fmt: skip
    return Hero(contact, None, (talk,))


def _ferraris(stage: _Stage) -> Hero:
    contact, firm = stage.contact("Paola", "Ferraris", "f", 1972, email="segreteria@studioferraris.example", since=2016, manner="formal",
                                  who=("biz", "condo"), town=("via Po 18", "10123", "Torino", "TO", "Piemonte"))  # fmt: skip
    assert firm is not None
    firm = msgspec.structs.replace(
        firm, name="Studio Ferraris", domain="studioferraris.example", town="Torino", province="TO"
    )
    talk = stage.talk(
        contact, "mail_business", "Voltura utenza condominio via Po 18",
        [(150, "c", ("Buongiorno,\n\ndal 1° del mese il nostro studio amministra il condominio di via Po 18. Chiediamo la voltura dell’utenza luce delle parti comuni "
          "(scale e ascensore) e l’elenco delle fatture ancora aperte della precedente gestione. Allego il verbale di nomina.\n\nCordiali saluti\nPaola Ferraris\nStudio Ferraris")),
         (72, "paolo.nardi", ""),
         (70, "note:paolo.nardi", "Verbale a posto. Una fattura aperta di settembre, 212 euro, resta alla vecchia gestione: preparo la risposta con l’elenco.")],
        team="business", matter="condo", labels=("voltura", "condominio"), brand="business",
        files={0: Attachment("verbale nomina via Po 18.pdf", "document", "application/pdf", ("Verbale di assemblea", "Studio Ferraris", "Torino"), 18)},
    )  # fmt: skip
    return Hero(contact, firm, (talk,))


def _monti(stage: _Stage) -> Hero:
    contact, firm = stage.contact("Giacomo", "Monti", "m", 1968, email="avv.monti@pec.studiolegalemonti.example", since=2026, manner="formal",
                                  who=("lawyer",), town=("via Maqueda 210", "90133", "Palermo", "PA", "Sicilia"))  # fmt: skip
    assert firm is not None
    firm = msgspec.structs.replace(
        firm, name="Studio legale Monti", domain="studiolegalemonti.example", town="Palermo", province="PA"
    )
    talk = stage.talk(
        contact, "mail_pec", "Reclamo scritto, fattura 0091-24 - sig. G. Riva",
        [(4 * _DAY, "c", ("Scrivo in nome e per conto del sig. Gaetano Riva in relazione alla fattura n. 0091-24 di euro 1.284,60, emessa a conguaglio per il periodo "
          "gennaio 2022 – ottobre 2025.\n\nPer i consumi anteriori al biennio si eccepisce la prescrizione. Si chiede l’annullamento parziale del documento, il dettaglio delle letture "
          "e la sospensione di ogni azione di recupero.\n\nDistinti saluti\navv. Giacomo Monti")),
         (3.7 * _DAY, "omar.diallo", ("Gentile avvocato Monti,\n\nil reclamo del signor Riva è registrato con la data di arrivo della sua PEC. Il recupero è sospeso da oggi. "
          "Per trasmetterle le letture mi occorre copia della procura; il termine dei trenta giorni decorre comunque.\n\nCordialmente,\nOmar Diallo\nLumera Luce e Gas")),
         (3.1 * _DAY, "c", "In allegato la procura. Resto in attesa.\n\navv. Giacomo Monti"),
         (2.9 * _DAY, "note:omar.diallo", "@Chiara Fontana oltre i due anni ci sono 811 euro su 1.284: per me vanno stornati subito, prima ancora di rispondere sul resto. Ci vediamo cinque minuti?"),
         (2.8 * _DAY, "note:chiara.fontana", "D’accordo. Prepara lo storno e una risposta senza formule: la leggiamo insieme.")],
        team="reclami", matter="lawyer", labels=("reclamo", "pec"), priority="high", brand="luce_gas",
        files={1: Attachment("procura Riva.pdf", "document", "application/pdf", ("Procura", "Gaetano Riva", "Palermo"), 91)},
    )  # fmt: skip
    return Hero(contact, firm, (talk,))


def _lucia(stage: _Stage) -> Hero:
    contact, _ = stage.contact("Lucia", "Ferrero", "f", 1983, email="lucia.ferrero@casella.example", since=2020,
                               town=("via Nizza 130", "10126", "Torino", "TO", "Piemonte"))  # fmt: skip
    talk = stage.talk(
        contact, "mail_casa", "Cambio intestatario dopo la separazione",
        [(1.4 * _DAY, "c", "Salve,\n\nmi sono separata e la casa di via Nizza resta a me e ai bambini. La luce è ancora intestata al mio ex marito: vorrei passarla a nome mio senza che si stacchi nulla. Cosa devo mandarvi?\n\nGrazie\nLucia Ferrero"),
         (1.1 * _DAY, "marta.rizzo", ("Gentile signora Ferrero,\n\nsi fa in cinque giorni e la luce non si interrompe mai. Mi mandi una copia del suo documento e la lettura del contatore: "
          "per il titolo della casa basta il provvedimento del giudice, anche solo la prima pagina. Al suo ex marito non serve firmare nulla.\n\nUn caro saluto,\nMarta Rizzo\nLumera Luce e Gas"))],
        team="contratti", matter="voltura", labels=("voltura",),
    )  # fmt: skip
    return Hero(contact, None, (talk,))


def _rosa(stage: _Stage) -> Hero:
    contact, _ = stage.contact("Rosa", "Marchetti", "f", 1957, email="rosamarchetti57@tin.example", since=2012, manner="warm",
                               care=("Preferisce essere chiamata dopo le 18",), town=("via Zamboni 33", "40126", "Bologna", "BO", "Emilia-Romagna"))  # fmt: skip
    talk = stage.talk(
        contact, "mail_casa", "due chiacchiere sul contratto che scade",
        [(230, "c", ("Carissimi,\n\nla vostra lettera sul rinnovo è lunga come un romanzo. Io vorrei solo sapere se a gennaio pago di più e quanto. "
          "Preferirei che qualcuno mi chiamasse, così faccio anche le domande sciocche.\n\nUn caro saluto\nRosa Marchetti")),
         (140, "marta.rizzo", "Gentile signora Marchetti,\n\nle domande sciocche sono le migliori. La chiamo io nel pomeriggio, con i suoi numeri davanti.\n\nUn caro saluto,\nMarta Rizzo\nLumera Luce e Gas"),
         (138, "snoozed", "30")],
        team="luce_gas", matter="price_change", labels=("prezzo",),
    )  # fmt: skip
    return Hero(contact, None, (talk,))
