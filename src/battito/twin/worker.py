"""`python -m battito.twin.worker`: one question in, its progress and its answer out, one JSON object a line.

A process of its own: simulating takes a processor for seconds, which a node has not to spare for that. It bounds its
own memory and time, and steps back for everything else.
"""

import contextlib
import os
import resource
import sys

import msgspec

from battito.twin.answer import Question, answer
from battito.twin.limits import MEMORY, SECONDS
from battito.twin.scenario import ScenarioError


def main() -> int:
    """Read, answer, write."""
    with contextlib.suppress(OSError, ValueError):
        os.nice(10)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CPU, (int(SECONDS) + 5, int(SECONDS) + 10))
    out = sys.stdout.buffer

    def say(kind: str, value: object) -> None:
        out.write(msgspec.json.encode({kind: value}) + b"\n")
        out.flush()

    try:
        question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
        found = answer(question, lambda share: say("progress", round(share, 4)))
        say("notes", found.notes)
        say("answer", found)
    except ScenarioError as error:
        say("problem", {"message": str(error), "where": error.where})
    except MemoryError:
        say("problem", {"message": "This is more than fits into the memory a run may take.", "where": "hours"})
    return 0


if __name__ == "__main__":
    sys.exit(main())
