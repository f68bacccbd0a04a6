"""How far what was typed is from what was meant."""


def slips(typed: str, meant: str, most: int) -> int | None:
    """Letters left out, put in, mistaken or swapped with their neighbour (optimal string alignment) between two words;
    None when there are more than `most`."""
    if abs(len(typed) - len(meant)) > most:
        return None
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for i, letter in enumerate(typed, 1):
        older, before, row = before, row, [i]
        for j, other in enumerate(meant, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == meant[j - 2] and typed[i - 2] == other:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
    return row[-1] if row[-1] <= most else None


def slips_of_name(typed: list[str], name: list[str]) -> int | None:
    """The slips with which every typed word is one of a name's: one in a word of four to seven letters, two in a longer one.

    None when some word is none of them. Words are folded already.
    """
    total = 0
    for word in typed:
        allowed = 0 if len(word) < 4 else 1 if len(word) < 8 else 2
        found = [n for other in name if (n := slips(word, other, allowed)) is not None]
        if not found:
            return None
        total += min(found)
    return total
