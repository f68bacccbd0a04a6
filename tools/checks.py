"""Checks as named programs that run side by side, with a table at the end."""

import concurrent.futures
import dataclasses
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

SHOWN_LINES = 120


@dataclasses.dataclass(frozen=True)
class Check:
    """One check: a command line, or a function that returns what is wrong. `after` names checks it waits for."""

    name: str
    command: Sequence[str | Path] = ()
    function: Callable[[], list[str]] | None = None
    folder: Path | None = None
    environment: dict[str, str] | None = None
    after: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How a check went; `said` is its output, `seconds` the wall time."""

    name: str
    ok: bool
    seconds: float
    said: str
    skipped: bool = False


def run_all(checks: Sequence[Check], at_a_time: int) -> list[Outcome]:
    """Run all checks, showing each as it ends; those first that were listed first."""
    done: dict[str, Outcome] = {}
    waiting = list(checks)
    with concurrent.futures.ThreadPoolExecutor(at_a_time) as pool:
        running: dict[concurrent.futures.Future[Outcome], Check] = {}
        while waiting or running:
            for check in [check for check in waiting if all(name in done for name in check.after)]:
                if len(running) == at_a_time:
                    break
                waiting.remove(check)
                running[pool.submit(_run, check, all(done[name].ok for name in check.after))] = check
            ended, _ = concurrent.futures.wait(running, return_when=concurrent.futures.FIRST_COMPLETED)
            for future in ended:
                outcome = future.result()
                done[running.pop(future).name] = outcome
                print(_line(outcome), file=sys.stderr, flush=True)
    return [done[check.name] for check in checks]


def show(outcomes: Sequence[Outcome]) -> bool:
    """Print what failed in full, then the table; whether all went well."""
    for outcome in outcomes:
        if not outcome.ok and not outcome.skipped:
            lines = outcome.said.strip().splitlines()
            left_out = len(lines) - SHOWN_LINES
            print(f"\n── {outcome.name} " + "─" * max(0, 76 - len(outcome.name)))
            if left_out > 0:
                print(f"… {left_out} lines left out …")
            print("\n".join(lines[-SHOWN_LINES:]))
    print("\ncheck                      result   seconds")
    print("─────────────────────────  ───────  ───────")
    for outcome in outcomes:
        result = "skipped" if outcome.skipped else "ok" if outcome.ok else "FAILED"
        print(f"{outcome.name:<25}  {result:<7}  {outcome.seconds:7.1f}")
    failed = sum(not outcome.ok for outcome in outcomes)
    print(f"\n{len(outcomes)} checks, {'all well' if not failed else f'{failed} not well'}", flush=True)
    return not failed


def _run(check: Check, go: bool) -> Outcome:
    if not go:
        return Outcome(check.name, ok=False, seconds=0, said=f"waited for {', '.join(check.after)}", skipped=True)
    began = time.monotonic()
    if check.function:
        try:
            problems = check.function()
        except Exception as error:
            problems = [f"{type(error).__name__}: {error}"]
        return Outcome(check.name, not problems, time.monotonic() - began, "\n".join(problems))
    result = subprocess.run(
        [str(part) for part in check.command],
        cwd=check.folder,
        env={**os.environ, **(check.environment or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return Outcome(check.name, result.returncode == 0, time.monotonic() - began, result.stdout)


def _line(outcome: Outcome) -> str:
    mark = "-" if outcome.skipped else "✓" if outcome.ok else "✗"
    return f"  {mark} {outcome.name} ({outcome.seconds:.1f} s)"
