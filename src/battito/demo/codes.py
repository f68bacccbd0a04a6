"""Numbers with the right shape that belong to nobody: tax codes and IBANs."""

import random


def tax_code(contact_given: str, family: str, gender: str, born: int, rng: random.Random) -> str:
    """A string with the shape of an Italian tax code; its last letter is deliberately not the check letter."""

    def letters(text: str) -> str:
        up = "".join(c for c in text.upper() if c.isascii() and c.isalpha())
        consonants = "".join(c for c in up if c not in "AEIOU")
        vowels = "".join(c for c in up if c in "AEIOU")
        return (consonants + vowels + "XXX")[:3]

    birth = rng.randrange(1, 29) + (40 if gender == "f" else 0)
    body = f"{letters(family)}{letters(contact_given)}{born % 100:02d}{rng.choice('ABCDEHLMPRST')}{birth:02d}Z{rng.randrange(900, 999)}"
    return body + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[(_check(body) + 7) % 26]


_ODD = {
    **dict(zip("0123456789ABCDEFGHIJ", [1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21], strict=True)),
    **dict(zip("KLMNOPQRSTUVWXYZ", [2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23], strict=True)),
}  # fmt: skip


def _check(body: str) -> int:
    """The check value of a tax code (D.M. 23 December 1976, annex)."""
    total = 0
    for index, char in enumerate(body):
        if index % 2 == 0:
            total += _ODD[char]
        else:
            total += int(char) if char.isdigit() else ord(char) - 65
    return total % 26


def iban(rng: random.Random) -> str:
    """An Italian IBAN with correct check digits and a bank code nobody has (ABI 99xxx)."""
    bban = f"{rng.choice('ABCDEFGHKLMNPQRSTUVWXYZ')}99{rng.randrange(100, 999)}{rng.randrange(1000, 99999):05d}{rng.randrange(10**11):012d}"
    digits = "".join(str(int(c, 36)) for c in bban + "IT00")
    check = 98 - int(digits) % 97
    return f"IT{check:02d}{bban}"


def spaced_iban(value: str) -> str:
    """In groups of four, as printed."""
    return " ".join(value[i : i + 4] for i in range(0, len(value), 4))
