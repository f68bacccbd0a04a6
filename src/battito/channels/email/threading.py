"""Which conversation a mail belongs to, as far as the mail itself can say. Pure.

The core believes the hint only where the sender is the conversation's contact (or somebody the named message went to):
a stranger who answers a known id opens a conversation of their own.
"""

from uuid import UUID

from battito.channels.base import ThreadHint
from battito.channels.email.identifiers import conversation_of, conversation_of_address
from battito.channels.email.inbound import ParsedEmail

MAX_REFERENCES = 60


def thread_hint(parsed: ParsedEmail) -> ThreadHint:
    """Where an ordinary mail claims to belong: by In-Reply-To, then by References from the end, then by a plus address."""
    names: list[str] = []
    for name in [parsed.in_reply_to, *reversed(parsed.references)]:
        if name is not None and name not in names:
            names.append(name)
    return ThreadHint(
        conversation_id=_named_conversation(names, parsed),
        messages=names[:MAX_REFERENCES],
        must_match_sender=True,
        participants=True,
    )


def report_hint(parsed: ParsedEmail) -> ThreadHint:
    """Where a machine's report belongs: with the message it is about, whoever wrote the report.

    Only an identifier of our own making counts, which nobody knows who did not have the mail.
    """
    about = parsed.about
    conversation = conversation_of(about) if about is not None else None
    if about is None or conversation is None:
        return thread_hint(parsed)
    return ThreadHint(conversation_id=conversation, messages=[about], must_match_sender=False)


def _named_conversation(names: list[str], parsed: ParsedEmail) -> UUID | None:
    for name in names:
        if (found := conversation_of(name)) is not None:
            return found
    for address in [*parsed.to, *parsed.cc]:
        if (found := conversation_of_address(address.address)) is not None:
            return found
    return next((found for name in parsed.delivered_to if (found := conversation_of_address(name)) is not None), None)
