"""Where the parts of a scenario come from."""

import msgspec


class Note(msgspec.Struct, frozen=True):
    """Where a part of the scenario comes from. `code` is stable; `assumed`: there were no data for it.

    `cases`: how many it was estimated from; `value`: what was taken, for people.
    """

    code: str
    queue: str | None = None
    assumed: bool = False
    cases: int = 0
    value: str = ""


WORDS = {
    "arrivals": "arrivals of {queue}",
    "handle": "handling time of {queue}",
    "handle-of-channel": "handling time of {queue}, as the channel's other queues",
    "handle-of-queue": "handling time of {queue}, as its rules say",
    "patience": "patience in {queue}",
    "patience-written": "{queue}: nobody gives up",
    "patience-endless": "{queue}: nobody gave up",
    "wrap-up": "wrap-up of {queue}",
    "wrap-up-of-queue": "wrap-up of {queue}, as its rules say",
    "variability": "how much days differ",
    "today-factor": "today against the usual",
    "hidden-time": "time after contacts of {queue} that was not recorded",
    "people-from-presence": "people by their recorded presence",
    "people-from-interactions": "people by their first and last contact",
    "people-now": "people: those on duty now, all day",
    "people-all": "people: everybody",
    "queue-takes-by-hand": "left out: {queue}, which gives no work by itself",
    "queue-without-contacts": "left out: {queue}, without contacts in the period",
    "ring-of-people": "left out: a ring of {queue} that asks named people",
}
"""What a note is about, in the words of files."""


def remark(note: Note) -> str:
    """A note as a line for people."""
    text = WORDS[note.code].format(queue=note.queue or "")
    if note.value:
        text += f": {note.value}"
    if note.assumed:
        return f"assumed: {text}"
    return f"{text} (from {note.cases})" if note.cases else text
