"""Given and family names: by generation in Italy, and by origin of those who came later."""

import random
from typing import Literal

Gender = Literal["f", "m"]

_OLD_F = ["Teresa", "Rosa", "Maria", "Giuseppina", "Anna", "Angela", "Carmela", "Lucia", "Giovanna", "Luigia", "Assunta", "Rita", "Concetta", "Elda", "Bruna", "Adriana", "Franca", "Graziella", "Pierina", "Ines", "Antonietta", "Immacolata", "Liliana", "Mirella", "Nives", "Olga", "Wanda", "Iolanda", "Gemma", "Agnese", "Vincenza", "Filomena", "Renata", "Norma", "Silvana", "Ada"]
_OLD_M = ["Giuseppe", "Giovanni", "Antonio", "Mario", "Luigi", "Francesco", "Salvatore", "Pietro", "Vincenzo", "Carlo", "Angelo", "Domenico", "Aldo", "Bruno", "Renato", "Gino", "Ennio", "Sergio", "Franco", "Pasquale", "Gennaro", "Ettore", "Ottavio", "Armando", "Guido", "Ugo", "Dino", "Elio", "Remo", "Cosimo", "Calogero", "Nello", "Silvano", "Primo", "Alfio"]
_MID_F = ["Laura", "Paola", "Daniela", "Cristina", "Monica", "Barbara", "Patrizia", "Roberta", "Simona", "Stefania", "Antonella", "Elisabetta", "Sabrina", "Manuela", "Raffaella", "Donatella", "Loredana", "Michela", "Nicoletta", "Claudia", "Alessandra", "Emanuela", "Tiziana", "Cinzia", "Lorella", "Ornella", "Marina", "Katia", "Annalisa", "Ivana", "Fabiola", "Gabriella", "Rossella", "Federica", "Mara", "Luana"]
_MID_M = ["Marco", "Andrea", "Stefano", "Roberto", "Massimo", "Fabio", "Paolo", "Alberto", "Claudio", "Maurizio", "Gianluca", "Daniele", "Riccardo", "Enrico", "Massimiliano", "Cristiano", "Mirko", "Dario", "Emanuele", "Ivan", "Giancarlo", "Gianni", "Michele", "Raffaele", "Alessio", "Walter", "Diego", "Denis", "Fulvio", "Sandro", "Corrado", "Igor", "Loris", "Nicola"]
_YOUNG_F = ["Giulia", "Martina", "Chiara", "Sara", "Francesca", "Alessia", "Sofia", "Aurora", "Giorgia", "Beatrice", "Elisa", "Ilaria", "Arianna", "Camilla", "Noemi", "Greta", "Marta", "Rebecca", "Gaia", "Benedetta", "Eleonora", "Veronica", "Miriam", "Asia", "Ludovica", "Irene", "Carlotta", "Viola", "Matilde", "Serena"]
_YOUNG_M = ["Davide", "Matteo", "Lorenzo", "Alessandro", "Luca", "Simone", "Federico", "Edoardo", "Gabriele", "Tommaso", "Leonardo", "Filippo", "Mattia", "Giacomo", "Nicolò", "Jacopo", "Samuele", "Christian", "Manuel", "Kevin", "Elia", "Pietro", "Riccardo", "Cristian", "Giorgio", "Valerio", "Damiano", "Ivan", "Thomas", "Saverio"]

_FAMILY: dict[str, list[str]] = {
    "nord-ovest": ["Ferrero", "Rossi", "Colombo", "Ferrari", "Bianchi", "Barbero", "Giraudo", "Riva", "Brambilla", "Fumagalli", "Villa", "Sala", "Galli", "Cattaneo", "Crippa", "Bosio", "Gallo", "Ghisleri", "Parodi", "Canepa", "Bruzzone", "Olivero", "Fenoglio", "Dutto", "Rota", "Locatelli", "Pesenti", "Bonomi", "Carrara", "Zani", "Beretta", "Casati", "Mauri", "Sironi", "Perotti", "Actis", "Vercelli", "Testa", "Pozzi", "Corti", "Ratti", "Molteni", "Chiesa", "Borghi", "Negri", "Bertolino", "Rolando", "Peyrot", "Maffei"],
    "nord-est": "Furlan Visentin Marchetti Pavan Zanetti Favaretto Bortolotti Tosi Dal Zennaro Vianello Trevisan Scarpa Boscolo Moretto Zorzi Bressan Cescon Basso Fabbri Montanari Venturi Melandri Bassi Zanella Carraro Sartori Rizzi Tomasi Degasperi Battisti Fontana Benetti Marangoni Rigoni Stella Toniolo Cavalli Govoni Cocchi Ferretti Bonetti Lodi Malagoli Pasini Drago Simonetti".replace(" Dal ", " Dal_Pozzo ").split(),
    "centro": ["Bartoli", "Conti", "Innocenti", "Fantoni", "Nencini", "Cecchi", "Landi", "Baldi", "Giannini", "Pellegrini", "Fabiani", "Mancini", "Proietti", "Cardinali", "Sabatini", "Angelucci", "Lancioni", "Morelli", "Mariotti", "Paoletti", "Biagini", "Pieri", "Bini", "Ciampi", "Salvini", "Niccolai", "Tozzi", "Rossetti", "Mattei", "Moretti", "Santini", "Natali", "Ricci", "Petrucci", "De_Angelis", "De_Santis", "Di_Marco", "D'Amico", "Catena", "Ferranti", "Lupi", "Bellucci", "Marconi", "Gentili", "Corsetti", "Fratini", "Tarquini", "Vagnoni"],
    "sud": ["Esposito", "Russo", "Romano", "De_Luca", "Coppola", "Amato", "Caputo", "Iovine", "Ruggiero", "De_Rosa", "Ferrara", "Palumbo", "Sorrentino", "D'Angelo", "Capuano", "Barone", "Cuomo", "Rea", "Scognamiglio", "Ambrosino", "Lorusso", "Cassano", "De_Palma", "Loiacono", "Colella", "Ancona", "Greco", "Lombardi", "Mancuso", "Gallucci", "Iannone", "Perrone", "Rizzo", "Marra", "Leone", "Martino", "Bevilacqua", "Curcio", "Scarcella", "Romeo", "Laganà", "Morabito", "Nicoletti", "Pace", "Serio", "Sgobba", "Losito", "Fiore", "Petruzzelli", "Carrieri", "Di_Lauro"],
    "isole": ["Catalano", "Messina", "Caruso", "Giordano", "La_Rosa", "Lo_Presti", "Di_Stefano", "Bonanno", "Marino", "Costa", "Grasso", "Licata", "Puglisi", "Vitale", "Ingrassia", "Cucinotta", "Scuderi", "Sciuto", "Torrisi", "Zappalà", "Cannizzaro", "Piras", "Melis", "Sanna", "Serra", "Murgia", "Deiana", "Lai", "Porcu", "Cossu", "Zedda", "Usai", "Manca", "Carta", "Loi", "Pinna", "Fadda", "Deledda", "Contu", "Mura"],
}

ORIGINS: dict[str, tuple[list[str], list[str], list[str]]] = {
    "romena": (
        ["Mihaela", "Elena", "Ioana", "Cristina", "Daniela", "Simona", "Alina", "Gabriela", "Roxana", "Mariana"],
        ["Ionut", "Marian", "Florin", "Adrian", "Vasile", "Cosmin", "Razvan", "Gheorghe", "Dumitru", "Catalin"],
        ["Popa", "Ionescu", "Dumitrescu", "Stan", "Munteanu", "Rusu", "Ciobanu", "Matei", "Lungu", "Stoica", "Enache", "Toma"],
    ),
    "marocchina": (
        ["Fatima", "Khadija", "Nadia", "Samira", "Laila", "Hanane", "Zineb", "Amina"],
        ["Ahmed", "Youssef", "Mohamed", "Rachid", "Hicham", "Said", "Abdelilah", "Karim"],
        ["Benali", "El_Amrani", "Idrissi", "Bouzid", "Ouali", "Chakir", "Lahlou", "Mansouri", "Zerouali", "Fassi"],
    ),
    "albanese": (
        ["Ermira", "Mirela", "Anila", "Valbona", "Elona", "Teuta"],
        ["Arben", "Ilir", "Dritan", "Gentian", "Altin", "Besnik"],
        ["Hoxha", "Shehu", "Dervishi", "Leka", "Prifti", "Gjoka", "Kola", "Marku"],
    ),
    "cinese": (
        ["Xiaoli", "Mei", "Yan", "Lin", "Ying", "Jing"],
        ["Wei", "Jun", "Feng", "Lei", "Jian", "Hao"],
        ["Chen", "Hu", "Zhou", "Wu", "Lin", "Zhang", "Xu", "Ye"],
    ),
    "ucraina": (
        ["Oksana", "Iryna", "Natalia", "Halyna", "Svitlana", "Olena", "Liudmyla"],
        ["Andriy", "Mykola", "Oleh", "Serhiy", "Taras"],
        ["Kovalenko", "Shevchuk", "Bondarenko", "Melnyk", "Tkachuk", "Kravets", "Savchenko"],
    ),
    "bangladese": (
        ["Nasrin", "Sharmin", "Rokeya", "Taslima"],
        ["Mohammed", "Rafiqul", "Shahin", "Kamrul", "Abdul"],
        ["Hossain", "Rahman", "Islam", "Miah", "Uddin", "Chowdhury"],
    ),
    "peruviana": (
        ["Carmen", "Maribel", "Yolanda", "Rocio", "Luz"],
        ["Jorge", "Carlos", "Luis", "Wilmer", "Edgar"],
        ["Quispe", "Flores", "Huaman", "Rojas", "Sanchez", "Mendoza"],
    ),
    "senegalese": (
        ["Awa", "Fatou", "Mariama", "Ndeye"],
        ["Mamadou", "Modou", "Cheikh", "Ibrahima", "Ousmane"],
        ["Diop", "Ndiaye", "Fall", "Seck", "Gueye", "Sarr"],
    ),
    "egiziana": (
        ["Mona", "Dalia", "Hoda", "Marwa", "Yasmin"],
        ["Mahmoud", "Tarek", "Hany", "Mina", "Sameh"],
        ["Mansour", "Farouk", "Ghali", "Sayed", "Hanna", "Soliman"],
    ),
    "filippina": (
        ["Maricel", "Jocelyn", "Rowena", "Analyn"],
        ["Rommel", "Jerome", "Ronaldo", "Dennis"],
        ["Reyes", "Santos", "Cruz", "Bautista", "Mendoza", "Villanueva"],
    ),
    "tedesca": (
        ["Barbara", "Petra", "Evelyn", "Verena", "Sabine", "Monika", "Katharina", "Martha"],
        ["Markus", "Stefan", "Georg", "Hannes", "Andreas", "Florian", "Josef", "Peter"],
        ["Pichler", "Gruber", "Mair", "Hofer", "Kofler", "Unterberger", "Steiner", "Egger", "Thaler", "Oberhofer", "Brunner"],
    ),
    "inglese": (
        ["Emily", "Sarah", "Rebecca", "Hannah", "Claire", "Alison", "Megan"],
        ["James", "Oliver", "Andrew", "Simon", "Thomas", "Daniel", "Graham"],
        ["Whitfield", "Carter", "Hughes", "Bennett", "Lawson", "Marsh", "Turner", "Ashworth", "Doyle", "Fletcher"],
    ),
    "araba": (
        ["Rania", "Huda", "Salma", "Dina", "Noor", "Samah"],
        ["Khaled", "Omar", "Bassam", "Ziad", "Walid", "Nabil"],
        ["Haddad", "Khoury", "Nasser", "Saleh", "Darwish", "Aziz", "Shamsi", "Barakat"],
    ),
}


def italian(rng: random.Random, gender: Gender, born: int, area: str) -> tuple[str, str]:
    """A given and a family name for somebody born in that year in that part of Italy."""
    if born < 1955:
        given = _OLD_F if gender == "f" else _OLD_M
    elif born < 1984:
        given = _MID_F if gender == "f" else _MID_M
    else:
        given = _YOUNG_F if gender == "f" else _YOUNG_M
    where = area if rng.random() < 0.7 else rng.choice(list(_FAMILY))
    return rng.choice(given), rng.choice(_FAMILY[where]).replace("_", " ")


def foreign(rng: random.Random, gender: Gender, origin: str) -> tuple[str, str]:
    """A given and a family name for somebody of that origin."""
    women, men, families = ORIGINS[origin]
    given = rng.choice(women if gender == "f" else men)
    return given, rng.choice(families).replace("_", " ")
