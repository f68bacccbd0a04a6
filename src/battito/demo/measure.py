"""Measures how varied a world is: `python -m battito.demo.measure [--seed S] [--size N]`."""

import argparse
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime

import msgspec

from battito.demo.models import DemoWorld, Message
from battito.demo.speech import sentences
from battito.demo.world import generate, texts


class Variety(msgspec.Struct, frozen=True):
    """How often things are said twice.

    worst_share: the share of conversations that hold the most repeated sentence of more than six
    words. echoed_share: the share of distinct such sentences said in more than one conversation.
    same_messages: bodies of more than six words that occur in two conversations.
    """

    worst_share: float
    worst: str
    echoed_share: float
    same_messages: tuple[str, ...]


def variety(world: DemoWorld) -> Variety:
    """Measure a world's repetition."""
    where: dict[str, set[str]] = defaultdict(set)
    bodies: dict[str, set[str]] = defaultdict(set)
    for conversation, item in texts(world):
        for sentence in sentences(item.text):
            where[sentence].add(conversation.key)
        if len(item.text.split()) > 6:
            bodies[item.text].add(conversation.key)
    worst = max(where, key=lambda s: len(where[s]))
    return Variety(
        len(where[worst]) / len(world.conversations),
        worst,
        sum(len(keys) > 1 for keys in where.values()) / len(where),
        tuple(sorted(body for body, keys in bodies.items() if len(keys) > 1)),
    )


def main() -> None:
    """Print the measures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--size", type=int, default=2000)
    arguments = parser.parse_args()
    world = generate(arguments.seed, datetime.now(UTC), arguments.size)
    found = variety(world)
    where: Counter[str] = Counter()
    for conversation in world.conversations:
        said = set()
        for item in conversation.items:
            if isinstance(item, Message):
                said.update(sentences(item.text))
        where.update(said)
    out = [
        f"conversations {len(world.conversations)}, contacts {len(world.contacts)}, companies {len(world.companies)}",
        f"messages {sum(isinstance(i, Message) for c in world.conversations for i in c.items)}",
        f"states {dict(Counter(c.state for c in world.conversations))}",
        f"unassigned {sum(c.owner is None for c in world.conversations)}",
        f"ratings {dict(sorted(Counter(str(c.rating) for c in world.conversations).items()))}",
        f"per contact {dict(sorted(Counter(Counter(c.contact for c in world.conversations).values()).items()))}",
        f"matters {dict(Counter(c.matter for c in world.conversations).most_common())}",
        f"worst {found.worst_share:.4f} {found.worst!r}",
        f"echoed {found.echoed_share:.4f}, same messages {len(found.same_messages)}",
        *(f"  x {body[:140]!r}" for body in found.same_messages[:25]),
        *(f"  {count} {sentence}" for sentence, count in where.most_common(40)),
    ]
    sys.stdout.write("\n".join(out) + "\n")


if __name__ == "__main__":
    main()
