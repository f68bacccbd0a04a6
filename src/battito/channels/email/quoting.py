"""The customer's message below our answer, in the form that mail programs (and our own reader) recognise and fold. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from battito.conversations.models import Message
from battito.kit.html import escape, sanitise

MAX_QUOTED = 20_000
ZONE = ZoneInfo("Europe/Rome")

_WROTE = {
    "it": ("Il giorno {when}, {who} ha scritto:", "EEE d MMM y 'alle' HH:mm"),
    "en": ("On {when}, {who} wrote:", "EEE, d MMM y 'at' HH:mm"),
    "de": ("Am {when} schrieb {who}:", "EEE, d. MMM y 'um' HH:mm"),
    "fr": ("Le {when}, {who} a écrit :", "EEE d MMM y 'à' HH:mm"),
    "es": ("El {when}, {who} escribió:", "EEE, d MMM y 'a las' HH:mm"),
}


def attribution(message: Message, language: str) -> str:
    """`Il giorno lun 3 nov 2025 alle 10:22, Giulia Ferri ha scritto:`."""
    known = language if language in _WROTE else "en"
    pattern, form = _WROTE[known]
    sender = message.email.sender if message.email and message.email.sender else None
    who = f"{message.author.name} <{sender.address}>" if sender else message.author.name
    return pattern.format(
        when=format_datetime(_local(message.created_at), form, locale=known), who=" ".join(who.split())
    )


def quote_text(message: Message, language: str) -> str:
    """The message with `> ` before each line; what it quoted itself is left out, the thread holds it."""
    lines = message.text[:MAX_QUOTED].replace("\r\n", "\n").split("\n")
    quoted = "\n".join(f">{line}" if line.startswith(">") else f"> {line}".rstrip() for line in lines)
    return f"{attribution(message, language)}\n\n{quoted}"


def quote_html(message: Message, language: str) -> str:
    """The same as HTML, in the marks that Gmail made common."""
    body = sanitise(message.html[: MAX_QUOTED * 5]) if message.html else escape(message.text[:MAX_QUOTED])
    return (
        f'<div class="gmail_quote"><div class="gmail_attr">{escape(attribution(message, language))}<br></div>'
        f'<blockquote type="cite" class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px solid #ccc;padding-left:1ex">{body}</blockquote></div>'
    )


def _local(moment: datetime) -> datetime:
    return moment.astimezone(ZONE)
