"""Torture the store: `python -m tests.torture ROW --trials N --output DIR`, and `python -m tests.torture table DIR`.

A row's results are a JSON file in DIR, written after every trial: run the command again, with more trials or after it
was stopped, and it goes on where it was. The folder of a failed trial stays in DIR.
"""

import argparse
import json
import operator
import os
import platform
import random
import shutil
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.torture.chat_rows import CHAT_ROWS
from tests.torture.damage import DAMAGE_ROWS
from tests.torture.load_rows import LOAD_ROWS
from tests.torture.rows import CRASH_ROWS, MissedError, SkippedError, Trial
from tests.torture.security_rows import SECURITY_ROWS
from tests.torture.server_rows import SERVER_ROWS

from askspeech.disk import replace_file
from askspeech.manifest import installed_versions

ROWS = {**CRASH_ROWS, **DAMAGE_ROWS, **SERVER_ROWS, **CHAT_ROWS, **SECURITY_ROWS, **LOAD_ROWS}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("row", metavar="ROW", choices=[*ROWS, "table"], help=f"{', '.join(ROWS)}, or table")
    parser.add_argument("--trials", type=int, help="how many trials in all (default: one of each kind)")
    parser.add_argument("--output", type=Path, default=Path("torture-results"), metavar="DIR")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--seconds", type=float, help="how long the main part of a load row takes")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    if options.seconds:
        os.environ["TORTURE_SECONDS"] = str(options.seconds)
    if options.row == "table":
        print(table(options.output))
        return 0
    result = run_row(options.row, options.trials, options.output.resolve(), options.seed)
    print(line(result))
    return 1 if result["failures"] else 0


def run_row(name: str, trials: int | None, output: Path, seed: str) -> dict[str, Any]:
    row = ROWS[name]
    path = output / f"{name}.json"
    scratch = output / f"{name}-{seed}"
    scratch.mkdir(exist_ok=True)
    row.prepare(scratch)
    result = known(path, name, seed)
    kinds = row.kinds(scratch)
    while result["trials"] + result["skipped"] < (trials or len(kinds)):
        number = result["trials"] + result["skipped"]
        folder = scratch / f"trial-{number:05}"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        began = time.monotonic()
        kind = kinds[number % len(kinds)]
        try:
            figures = row.trial(Trial(folder, scratch, random.Random(f"{name} {seed} {number}"), kind)) or {}
            result["trials"] += 1
            count(result["figures"], figures)
            shutil.rmtree(folder, ignore_errors=True)
        except SkippedError as reason:
            result["skipped"] += 1
            result["reason"] = str(reason)
        except Exception as error:
            result["trials"] += 1
            result["failures"].append({"trial": number, "kind": kind, "error": f"{type(error).__name__}: {error}"})
            if isinstance(error, MissedError):
                count(result["figures"], error.figures)
            (folder / "error.txt").write_text(traceback.format_exc(), encoding="utf-8")
            print(f"{name} trial {number} ({kind}) failed: {error}\n  see {folder}", file=sys.stderr, flush=True)
        result["seconds"] = round(result["seconds"] + time.monotonic() - began, 1)
        result["kinds"] = len(kinds)
        replace_file(path, json.dumps(result, indent=2, ensure_ascii=False) + "\n")
    return result


def count(figures: dict[str, float], more: Mapping[str, float]) -> None:
    """Add a trial's figures to those of the row."""
    for name, amount in more.items():
        joined = {"largest": max, "smallest": min}.get(name.partition(" ")[0], operator.add)
        figures[name] = joined(figures[name], amount) if name in figures else amount


def known(path: Path, name: str, seed: str) -> dict[str, Any]:
    """The results so far; new ones where there are none or they were made with another seed."""
    if path.is_file():
        result: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if result["seed"] == seed:
            return result
    return {
        "row": name,
        "what": ROWS[name].what,
        "seed": seed,
        "trials": 0,
        "skipped": 0,
        "failures": [],
        "figures": {},
        "seconds": 0.0,
        "versions": {"python": platform.python_version(), **installed_versions()},
        "machine": f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors",
    }


def line(result: dict[str, Any]) -> str:
    figures = "".join(f", {amount} {figure}" for figure, amount in result["figures"].items())
    skipped = f", {result['skipped']} skipped ({result.get('reason')})" if result["skipped"] else ""
    return (
        f"{result['row']}: {result['trials']} trials, {len(result['failures'])} failures{figures}{skipped}, "
        f"{result['seconds']} s, seed {result['seed']}"
    )


def table(output: Path) -> str:
    """The results in a folder as a table in Markdown."""
    rows = ["| Row | What is done | Trials | Failures | Seed | Versions |", "|---|---|---|---|---|---|"]
    for name in ROWS:
        path = output / f"{name}.json"
        if path.is_file():
            result = json.loads(path.read_text(encoding="utf-8"))
            figures = "".join(f"; {amount:,} {figure}" for figure, amount in result["figures"].items())
            skipped = f"; {result['skipped']} skipped: {result['reason']}" if result["skipped"] else ""
            versions = ", ".join(f"{library} {version}" for library, version in result["versions"].items())
            rows.append(
                f"| {name} | {result['what']}{figures}{skipped} | {result['trials']} | {len(result['failures'])} "
                f"| {result['seed']} | {versions} |"
            )
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
