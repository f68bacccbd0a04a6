"""Prints conversations for the eye: `python -m battito.demo.peek [--matter KEY] [--count N] [--seed S]`."""

import argparse
import random
import sys
from datetime import UTC, datetime

from battito.demo import clock
from battito.demo.models import Change, Conversation, DemoWorld, Message, Note
from battito.demo.world import generate


def show(world: DemoWorld, conversation: Conversation) -> str:
    """One conversation as plain text."""
    contacts = {c.key: c for c in world.contacts}
    people = {p.key: p.name for p in world.people}
    contact = contacts[conversation.contact]
    lines = [
        "=" * 100,
        f"{conversation.matter} | {conversation.kind} | {conversation.state} | {contact.name}, {contact.born}, {contact.manner}, {contact.town} | {conversation.subject}",
        conversation.story,
    ]
    for item in conversation.items:
        at = item.at.astimezone(clock.ROME)
        if isinstance(item, Message):
            who = contact.name if item.author_kind == "customer" else people[item.author]
            files = "".join(f" [{a.name}]" for a in item.attachments)
            lines.append(f"-- {at:%a %d/%m/%y %H:%M:%S} {who}{files}\n{item.text}")
        elif isinstance(item, Note):
            lines.append(f"-- {at:%a %d/%m %H:%M} NOTA {people[item.author]}: {item.text}")
        elif isinstance(item, Change):
            lines.append(f"   {at:%a %d/%m %H:%M} {item.what} {people.get(item.value, item.value)} {item.comment}")
    return "\n".join(lines)


def main() -> None:
    """Print some conversations of a fresh world."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--matter", help="only this matter")
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--size", type=int, default=2000)
    arguments = parser.parse_args()
    world = generate(arguments.seed, datetime.now(UTC), arguments.size)
    chosen = [c for c in world.conversations if arguments.matter in (None, c.matter)]
    random.Random(arguments.seed + datetime.now(UTC).microsecond).shuffle(chosen)
    for conversation in chosen[: arguments.count]:
        sys.stdout.write(show(world, conversation) + "\n")


if __name__ == "__main__":
    main()
