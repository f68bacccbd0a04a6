"""How the headers of our mails are written: the standard library's folding but for addresses and identifiers, which it spoils.

It loses spaces inside long international names, and writes identifiers longer than a line as encoded words, which nobody's
threading understands (RFC 2047, section 5, forbids them there).
"""

import re
from email.header import Header
from email.headerregistry import Address
from email.policy import EmailPolicy
from typing import Any, Final

LINE: Final = 78
NAME_LIMIT: Final = 200
IDENTIFIERS: Final = frozenset({"message-id", "in-reply-to", "references"})
_PLAIN: Final = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")


class OwnPolicy(EmailPolicy):
    """Lines of RFC 5322, at most 78 characters where that can be."""

    def _fold(self, name: str, value: Any, refold_binary: bool = False) -> str:
        """Called by the generators for each header."""
        if name.lower() in IDENTIFIERS:
            return folded(name, str(value).split(), " ", self.linesep)
        addresses: tuple[Address, ...] | None = getattr(value, "addresses", None)
        if addresses:
            return folded(
                name, [mailbox(a, utf8=self.utf8, linesep=self.linesep) for a in addresses], ", ", self.linesep
            )
        found: str = super()._fold(name, value, refold_binary)  # type: ignore[misc]
        return found


def folded(name: str, parts: list[str], between: str, linesep: str) -> str:
    """A header of `parts`, broken only between them. Pure."""
    lines = [f"{name}:"]
    for n, part in enumerate(parts):
        text = part if n == len(parts) - 1 else f"{part}{between.rstrip()}"
        first = text.partition(linesep)[0]  # an encoded name may be folded in itself
        if len(lines[-1].rpartition(linesep)[2]) + 1 + len(first) <= LINE or lines[-1] == f"{name}:":
            lines[-1] += f" {text}"
        else:
            lines.append(f" {text}")
    return linesep.join(lines) + linesep


def mailbox(address: Address, *, utf8: bool, linesep: str) -> str:
    """A display name and an address (RFC 5322, 3.4; RFC 2047, section 5, rule 3). Pure."""
    name = " ".join(address.display_name.split())[:NAME_LIMIT]
    spec = address.addr_spec
    if not name:
        return spec
    if not name.isascii() and not utf8:
        words = Header(name, "utf-8", maxlinelen=72).encode(linesep=linesep)
        room = LINE - len(words.rpartition(linesep)[2])
        return f"{words} <{spec}>" if len(spec) + 3 <= room else f"{words}{linesep} <{spec}>"
    if not _PLAIN.fullmatch(name):
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        name = f'"{quoted}"'
    return f"{name} <{spec}>"
