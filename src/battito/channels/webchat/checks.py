"""What is wrong with a widget's settings beyond their types: sentences by field. Pure."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from battito.calendars.reading import public_holidays
from battito.channels.webchat.hours import holiday_place
from battito.channels.webchat.origins import canonical
from battito.channels.webchat.settings import Text, WebChatSecrets, WebChatSettings
from battito.platform.errors import Invalid


def problems(settings: WebChatSettings, secrets: WebChatSecrets | None) -> dict[str, str]:
    """Field -> what to mend; empty when the widget can be used."""
    found: dict[str, str] = {}
    for i, origin in enumerate(settings.origins):
        if canonical(origin) is None:
            found[f"settings.origins[{i}]"] = (
                "Write a site as https://www.example.it, without a path; https://*.example.it covers its subdomains."
            )
        elif origin.startswith("http://") and not _local(origin):
            found[f"settings.origins[{i}]"] = (
                "A site without https lets others read the chat: only localhost may use http."
            )
    _twice([f.key for f in settings.fields], "settings.fields", "key", found)
    _twice([c.purpose for c in settings.consents], "settings.consents", "purpose", found)
    for i, field in enumerate(settings.fields):
        if field.kind == "select" and not field.options:
            found[f"settings.fields[{i}].options"] = "A choice needs at least one option."
        _text(field.label, f"settings.fields[{i}].label", settings.languages, found)
    for i, consent in enumerate(settings.consents):
        _text(consent.text, f"settings.consents[{i}].text", settings.languages, found)
        for language, link in consent.link.items():
            if not link.startswith(("https://", "/")) or link.startswith("//"):
                found[f"settings.consents[{i}].link.{language}"] = "A link begins with https:// or with /."
    for i, trigger in enumerate(settings.triggers):
        _text(trigger.text, f"settings.triggers[{i}].text", settings.languages, found)
    if settings.theme.logo and (not settings.theme.logo.startswith("/") or settings.theme.logo.startswith("//")):
        found["settings.theme.logo"] = (
            "The logo must lie on this installation: upload it, or give a path that begins with /."
        )
    _hours(settings, found)
    for i, pattern in enumerate(settings.files.types):
        kind, _, rest = pattern.partition("/")
        if not kind or not rest or pattern != pattern.lower() or "*" in kind:
            found[f"settings.files.types[{i}]"] = "Write a type as image/* or application/pdf."
    if secrets is not None:
        _twice([k.kid for k in secrets.identity_keys], "secrets.identity_keys", "kid", found)
    return found


def _hours(settings: WebChatSettings, found: dict[str, str]) -> None:
    try:
        ZoneInfo(settings.hours.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        found["settings.hours.timezone"] = "This time zone is not known: write it as Europe/Rome."
    if settings.hours.holidays:
        try:
            public_holidays(holiday_place(settings.hours.holidays), 2026)
        except Invalid:
            found["settings.hours.holidays"] = (
                "No holidays are known for this place: write a country as IT, or with a region as IT-TO."
            )
    for i, entry in enumerate(settings.hours.week):
        if entry.closes <= entry.opens:
            found[f"settings.hours.week[{i}].closes"] = (
                "Closing comes after opening; hours past midnight are two entries."
            )
    for i, closure in enumerate(settings.hours.closures):
        if closure.last < closure.first:
            found[f"settings.hours.closures[{i}].last"] = "The last day comes before the first."


def _text(text: Text, field: str, languages: list[str], found: dict[str, str]) -> None:
    if not any(text.get(language, "").strip() for language in languages):
        found[field] = f"Write this in at least one of the widget's languages ({', '.join(languages)})."


def _twice(values: list[str], field: str, name: str, found: dict[str, str]) -> None:
    for i, value in enumerate(values):
        if value in values[:i]:
            found[f"{field}[{i}].{name}"] = f"«{value}» is there twice."


def _local(origin: str) -> bool:
    known = canonical(origin)
    host = known.split("://")[1] if known else ""
    return host.split(":")[0] in ("localhost", "127.0.0.1") or host.startswith("[::1]")
