"""A widget's settings as a visitor's browser gets them, in one language. Pure; `web/widget/app/protocol.ts` mirrors it."""

from datetime import datetime

import msgspec

from battito.calendars.hours import WorkingHours
from battito.channels.webchat.hours import Span, opening, slots
from battito.channels.webchat.settings import Text, WebChatSettings
from battito.channels.webchat.theme import Palette, palette


class ShownOption(msgspec.Struct, frozen=True):
    """One choice."""

    value: str
    label: str


class ShownField(msgspec.Struct, frozen=True, kw_only=True):
    """One question."""

    key: str
    kind: str
    label: str
    help: str
    required: bool
    options: list[ShownOption]


class ShownConsent(msgspec.Struct, frozen=True, kw_only=True):
    """One consent, with the version of its wording."""

    purpose: str
    version: str
    text: str
    link: str
    required: bool


class ShownTexts(msgspec.Struct, frozen=True):
    """What the brand says."""

    greeting: str
    intro: str
    closed: str


class Slot(msgspec.Struct, frozen=True):
    """A stretch of time for a callback."""

    start: datetime = msgspec.field(name="from")
    end: datetime = msgspec.field(name="to")


class ShownFiles(msgspec.Struct, frozen=True):
    """What may be attached."""

    max_bytes: int
    types: list[str]
    max_count: int


class ShownTrigger(msgspec.Struct, frozen=True):
    """An invitation."""

    after: int
    pages: list[str]
    text: str


class Looks(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to `GET /chat/config`. The first six are all the loader reads."""

    accent: str
    on_accent: str
    side: str
    launcher: str
    close: str
    triggers: list[ShownTrigger]
    site: str
    lang: str
    languages: list[str]
    name: str
    logo: str
    theme: Palette
    texts: ShownTexts
    fields: list[ShownField]
    consents: list[ShownConsent]
    open: bool
    opens_at: datetime | None
    closed_modes: list[str]
    callback: dict[str, list[Slot]]
    bot: str | None
    files: ShownFiles
    voice_seconds: int
    text_limit: int
    transcript: bool
    survey: bool


CLOSE = {"it": "Chiudi", "en": "Close"}


def language(settings: WebChatSettings, wanted: str) -> str:
    """The widget's language for a visitor who asks for `wanted` (`it-IT`, `de`): theirs, else English, else its first."""
    short = wanted[:2].lower()
    if short in settings.languages:
        return short
    return "en" if "en" in settings.languages else settings.languages[0]


def say(text: Text, lang: str, languages: list[str]) -> str:
    """`text` in `lang`, or in the first language it is written in."""
    return text.get(lang) or next((text[code] for code in languages if text.get(code)), "")


def looks(
    settings: WebChatSettings, hours: WorkingHours | None, wanted: str, now: datetime, bot: str | None = None
) -> Looks:
    """What a visitor's browser needs to paint this widget at `now`. `hours` None: it is always open; `bot` is the name of
    the bot that answers first, if any."""
    lang = language(settings, wanted)

    def words(text: Text) -> str:
        return say(text, lang, settings.languages)

    colours = palette(settings.theme.accent, settings.theme.scheme)
    state = opening(hours, now)
    return Looks(
        accent=colours.accent,
        on_accent=colours.on_accent,
        side=settings.theme.side,
        launcher=words(settings.texts.launcher),
        close=CLOSE.get(lang, CLOSE["en"]),
        triggers=[ShownTrigger(t.after_s, t.pages, words(t.text)) for t in settings.triggers] if state.open else [],
        site=settings.site_key,
        lang=lang,
        languages=settings.languages,
        name=settings.name,
        logo=settings.theme.logo,
        theme=colours,
        texts=ShownTexts(words(settings.texts.greeting), words(settings.texts.intro), words(settings.texts.closed)),
        fields=[
            ShownField(
                key=f.key,
                kind=f.kind,
                label=words(f.label),
                help=words(f.help),
                required=f.required,
                options=[ShownOption(o.value, words(o.label)) for o in f.options],
            )
            for f in settings.fields
        ],
        consents=[
            ShownConsent(
                purpose=c.purpose, version=c.version, text=words(c.text), link=words(c.link), required=c.required
            )
            for c in settings.consents
        ],
        open=state.open,
        opens_at=state.opens_at,
        closed_modes=list(dict.fromkeys(settings.when_closed)),
        callback={"slots": [_slot(s) for s in slots(hours, now)] if "callback" in settings.when_closed else []},
        bot=bot,
        files=ShownFiles(settings.files.max_bytes, settings.files.types, settings.files.max_count),
        voice_seconds=settings.files.voice_seconds,
        text_limit=settings.text_limit,
        transcript=settings.transcript,
        survey=settings.survey,
    )


def _slot(span: Span) -> Slot:
    return Slot(span.start, span.end)
