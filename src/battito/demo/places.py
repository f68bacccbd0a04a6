"""Italian towns with postcode, province, region and landline prefix, and plausible streets."""

import random

import msgspec


class Town(msgspec.Struct, frozen=True):
    """A real town; `weight` is roughly how many customers live there."""

    name: str
    postcode: str
    province: str
    region: str
    area: str
    prefix: str
    weight: int


_TOWNS = """
Torino|10136|TO|Piemonte|nord-ovest|011|14
Torino|10152|TO|Piemonte|nord-ovest|011|8
Moncalieri|10024|TO|Piemonte|nord-ovest|011|4
Rivoli|10098|TO|Piemonte|nord-ovest|011|4
Chieri|10023|TO|Piemonte|nord-ovest|011|2
Pinerolo|10064|TO|Piemonte|nord-ovest|0121|2
Ivrea|10015|TO|Piemonte|nord-ovest|0125|2
Cuneo|12100|CN|Piemonte|nord-ovest|0171|3
Alba|12051|CN|Piemonte|nord-ovest|0173|2
Asti|14100|AT|Piemonte|nord-ovest|0141|3
Alessandria|15121|AL|Piemonte|nord-ovest|0131|3
Novara|28100|NO|Piemonte|nord-ovest|0321|3
Biella|13900|BI|Piemonte|nord-ovest|015|2
Aosta|11100|AO|Valle d'Aosta|nord-ovest|0165|2
Milano|20139|MI|Lombardia|nord-ovest|02|9
Milano|20125|MI|Lombardia|nord-ovest|02|7
Sesto San Giovanni|20099|MI|Lombardia|nord-ovest|02|3
Monza|20900|MB|Lombardia|nord-ovest|039|3
Bergamo|24128|BG|Lombardia|nord-ovest|035|4
Treviglio|24047|BG|Lombardia|nord-ovest|0363|2
Brescia|25124|BS|Lombardia|nord-ovest|030|4
Desenzano del Garda|25015|BS|Lombardia|nord-ovest|030|2
Como|22100|CO|Lombardia|nord-ovest|031|2
Varese|21100|VA|Lombardia|nord-ovest|0332|2
Pavia|27100|PV|Lombardia|nord-ovest|0382|2
Cremona|26100|CR|Lombardia|nord-ovest|0372|2
Mantova|46100|MN|Lombardia|nord-est|0376|2
Genova|16149|GE|Liguria|nord-ovest|010|5
Rapallo|16035|GE|Liguria|nord-ovest|0185|2
Savona|17100|SV|Liguria|nord-ovest|019|2
La Spezia|19121|SP|Liguria|nord-ovest|0187|2
Bolzano|39100|BZ|Alto Adige|nord-est|0471|4
Merano|39012|BZ|Alto Adige|nord-est|0473|3
Bressanone|39042|BZ|Alto Adige|nord-est|0472|2
Trento|38122|TN|Trentino|nord-est|0461|3
Rovereto|38068|TN|Trentino|nord-est|0464|2
Verona|37134|VR|Veneto|nord-est|045|4
Vicenza|36100|VI|Veneto|nord-est|0444|3
Padova|35128|PD|Veneto|nord-est|049|4
Treviso|31100|TV|Veneto|nord-est|0422|3
Mestre|30174|VE|Veneto|nord-est|041|3
Chioggia|30015|VE|Veneto|nord-est|041|1
Belluno|32100|BL|Veneto|nord-est|0437|1
Udine|33100|UD|Friuli Venezia Giulia|nord-est|0432|2
Pordenone|33170|PN|Friuli Venezia Giulia|nord-est|0434|2
Trieste|34141|TS|Friuli Venezia Giulia|nord-est|040|2
Bologna|40128|BO|Emilia-Romagna|nord-est|051|5
Imola|40026|BO|Emilia-Romagna|nord-est|0542|2
Modena|41124|MO|Emilia-Romagna|nord-est|059|3
Reggio Emilia|42123|RE|Emilia-Romagna|nord-est|0522|3
Parma|43123|PR|Emilia-Romagna|nord-est|0521|3
Piacenza|29121|PC|Emilia-Romagna|nord-ovest|0523|2
Ferrara|44121|FE|Emilia-Romagna|nord-est|0532|2
Ravenna|48121|RA|Emilia-Romagna|nord-est|0544|2
Rimini|47921|RN|Emilia-Romagna|nord-est|0541|2
Firenze|50142|FI|Toscana|centro|055|5
Sesto Fiorentino|50019|FI|Toscana|centro|055|3
Empoli|50053|FI|Toscana|centro|0571|2
Prato|59100|PO|Toscana|centro|0574|3
Pistoia|51100|PT|Toscana|centro|0573|2
Lucca|55100|LU|Toscana|centro|0583|2
Livorno|57128|LI|Toscana|centro|0586|2
Pisa|56124|PI|Toscana|centro|050|2
Arezzo|52100|AR|Toscana|centro|0575|2
Siena|53100|SI|Toscana|centro|0577|1
Perugia|06128|PG|Umbria|centro|075|3
Foligno|06034|PG|Umbria|centro|0742|1
Terni|05100|TR|Umbria|centro|0744|2
Ancona|60127|AN|Marche|centro|071|2
Pesaro|61121|PU|Marche|centro|0721|2
Jesi|60035|AN|Marche|centro|0731|1
Roma|00176|RM|Lazio|centro|06|9
Roma|00144|RM|Lazio|centro|06|6
Roma|00121|RM|Lazio|centro|06|4
Fiumicino|00054|RM|Lazio|centro|06|2
Tivoli|00019|RM|Lazio|centro|0774|1
Latina|04100|LT|Lazio|centro|0773|2
Viterbo|01100|VT|Lazio|centro|0761|2
Pescara|65126|PE|Abruzzo|centro|085|2
L'Aquila|67100|AQ|Abruzzo|centro|0862|1
Campobasso|86100|CB|Molise|sud|0874|1
Napoli|80128|NA|Campania|sud|081|6
Napoli|80142|NA|Campania|sud|081|4
Pozzuoli|80078|NA|Campania|sud|081|2
Portici|80055|NA|Campania|sud|081|2
Caserta|81100|CE|Campania|sud|0823|2
Salerno|84128|SA|Campania|sud|089|3
Avellino|83100|AV|Campania|sud|0825|1
Benevento|82100|BN|Campania|sud|0824|1
Bari|70125|BA|Puglia|sud|080|4
Altamura|70022|BA|Puglia|sud|080|1
Lecce|73100|LE|Puglia|sud|0832|3
Taranto|74121|TA|Puglia|sud|099|2
Foggia|71121|FG|Puglia|sud|0881|2
Barletta|76121|BT|Puglia|sud|0883|1
Matera|75100|MT|Basilicata|sud|0835|1
Potenza|85100|PZ|Basilicata|sud|0971|1
Cosenza|87100|CS|Calabria|sud|0984|2
Reggio Calabria|89128|RC|Calabria|sud|0965|2
Catanzaro|88100|CZ|Calabria|sud|0961|1
Palermo|90146|PA|Sicilia|isole|091|5
Catania|95127|CT|Sicilia|isole|095|4
Messina|98122|ME|Sicilia|isole|090|2
Siracusa|96100|SR|Sicilia|isole|0931|2
Ragusa|97100|RG|Sicilia|isole|0932|1
Trapani|91100|TP|Sicilia|isole|0923|1
Cagliari|09128|CA|Sardegna|isole|070|3
Sassari|07100|SS|Sardegna|isole|079|2
Olbia|07026|SS|Sardegna|isole|0789|1
"""


def _read(text: str) -> tuple[Town, ...]:
    towns = []
    for line in text.strip().splitlines():
        name, postcode, province, region, area, prefix, weight = line.split("|")
        towns.append(Town(name, postcode, province, region, area, prefix, int(weight)))
    return tuple(towns)


TOWNS = _read(_TOWNS)
_WEIGHTS = [town.weight for town in TOWNS]

_STREETS = [
    "via Garibaldi",
    "via Mazzini",
    "via Cavour",
    "corso Vittorio Emanuele II",
    "via Dante",
    "via Verdi",
    "via XX Settembre",
    "via Marconi",
    "via Matteotti",
    "via Gramsci",
    "viale della Repubblica",
    "via dei Mille",
    "via Carducci",
    "via Leopardi",
    "via Pascoli",
    "via Manzoni",
    "piazza della Libertà",
    "via San Francesco",
    "via Don Bosco",
    "via della Stazione",
    "via Aldo Moro",
    "viale Europa",
    "via Trento",
    "via Trieste",
    "via Bologna",
    "via Firenze",
    "via Petrarca",
    "via Foscolo",
    "via Galvani",
    "via Volta",
    "via Pacinotti",
    "via Galilei",
    "via Torricelli",
    "via Einaudi",
    "via De Gasperi",
    "via Fratelli Cervi",
    "via Fratelli Bandiera",
    "via Pisacane",
    "via Bixio",
    "via Crispi",
    "via San Martino",
    "via Solferino",
    "via Magenta",
    "via Goito",
    "via Monte Grappa",
    "via Piave",
    "via Isonzo",
    "via Podgora",
    "via Santa Lucia",
    "via San Giovanni",
    "via Sant'Anna",
    "via del Popolo",
    "via della Pace",
    "via delle Rose",
    "via dei Tigli",
    "via degli Ulivi",
    "via dei Pini",
    "via delle Ginestre",
    "vicolo del Forno",
    "via Vecchia",
    "via del Mulino",
    "via della Fontana",
    "via Roma",
    "via Nazionale",
    "via Provinciale",
    "viale Kennedy",
    "via Salvo D'Acquisto",
    "via Puccini",
    "via Rossini",
    "via Bellini",
    "via Donizetti",
    "via Vivaldi",
    "via Giotto",
    "via Raffaello",
    "via Michelangelo",
    "via Tiziano",
    "via Caravaggio",
    "via Botticelli",
    "via Montessori",
    "via Deledda",
    "via Pirandello",
    "via Ungaretti",
    "via Quasimodo",
    "via Calvino",
    "via Pavese",
    "via Ginzburg",
    "via Anna Frank",
    "via Levi Montalcini",
]


def town(rng: random.Random) -> Town:
    """A town, more often a large one."""
    return rng.choices(TOWNS, _WEIGHTS)[0]


def street(rng: random.Random) -> str:
    """A street and house number, as people write it."""
    number = min(220, 1 + int(rng.expovariate(1 / 28)))
    extra = rng.choices(["", "/A", "/B", " bis", ", scala B", ", interno 4", "/C"], [80, 4, 4, 2, 4, 4, 2])[0]
    return f"{rng.choice(_STREETS)} {number}{extra}"


def landline(rng: random.Random, town: Town) -> str:
    """A landline with the town's prefix in a block that looks unassigned (555 and following)."""
    return f"+39{town.prefix}555{rng.randrange(1000, 9999)}"


def mobile(rng: random.Random) -> str:
    """A mobile number in a prefix no operator sells (319)."""
    return f"+39319555{rng.randrange(1000, 9999)}"


def spoken_phone(number: str) -> str:
    """+393195551234 -> 319 555 1234, as people write a number to a company."""
    national = number.removeprefix("+39")
    if national.startswith("3"):
        return f"{national[:3]} {national[3:6]} {national[6:]}"
    at = national.index("555")
    return f"{national[:at]} {national[at:]}"
