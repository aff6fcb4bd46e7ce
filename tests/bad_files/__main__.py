"""Read every bad file by itself and measure it: `python -m tests.bad_files --output FILE`; prints figures as JSON.

Each file is read in a process of its own, whose time and greatest memory, with those of the children that it waited
for, are measured from outside. The results are in FILE after every file: run the command again after it was stopped,
and it goes on where it was.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from tests.bad_files.all_files import all_files, complaint
from tests.bad_files.table import BadFile

START_SECONDS = 2.0
"""What starting two interpreters may take, which is not reading."""
SECONDS_A_PAGE = 0.02
COMMANDS = ("make", "read")


def main() -> int:
    arguments = sys.argv[1:]
    if arguments and arguments[0] in COMMANDS:
        return make(*arguments[1:]) if arguments[0] == "make" else read(Path(arguments[1]), arguments[2])
    parser = argparse.ArgumentParser(prog="python -m tests.bad_files", description=__doc__)
    parser.add_argument("--output", type=Path, default=Path("bad-files-results.json"), metavar="FILE")
    parser.add_argument("--only", nargs="*", metavar="NAME", help="these files alone (default: all)")
    options = parser.parse_args()
    result = run(options.output, options.only)
    print(json.dumps({key: value for key, value in result.items() if key != "files"}, ensure_ascii=False, indent=2))
    return 1 if result["failures"] else 0


def make(name: str, path: str) -> int:
    """Make a file, in a process of its own: what that costs must not be measured."""
    one = next(one for one in all_files() if one.name == name)
    one.make(Path(path))
    return 0


def read(path: Path, text: str) -> int:
    """Read a file as a build does, and print what became of it: in few words, for whoever asks must stay small."""
    from askspeech.cleaning_rules import default_rules
    from askspeech.corpus_files import find_files
    from askspeech.documents import read_documents
    from askspeech.engines import workshop
    from askspeech.preparing import recipe
    from askspeech.settings import IndexSettings

    began = time.monotonic()
    with workshop(recipe(IndexSettings(), default_rules()), "serial") as place:
        contents = read_documents(find_files([path]), place)
        sources = [prepared.document().source for prepared in contents.fresh]
    outcome = {
        "errors": [one.reason for one in contents.skipped],
        "characters": sum(len(source.text) for source in sources),
        "found": any(text in source.text for source in sources),
        "notices": [notice for source in sources for notice in source.layout.notices],
        "seconds": round(time.monotonic() - began, 2),
    }
    print(json.dumps(outcome))
    return 0


def run(output: Path, only: list[str] | None) -> dict[str, Any]:
    known = json.loads(output.read_text(encoding="utf-8"))["files"] if output.is_file() else {}
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors"
    for one in all_files():
        if (only and one.name not in only) or (one.name in known and not only):
            continue
        with tempfile.TemporaryDirectory() as folder:
            known[one.name] = trial(one, Path(folder) / one.name)
        print(f"{one.name}: {known[one.name]}"[:220], file=sys.stderr, flush=True)
        result = {"machine": machine, "files": known} | totals(known)
        output.write_text(json.dumps(result, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return {"machine": machine, "files": known} | totals(known)


def totals(known: dict[str, Any]) -> dict[str, Any]:
    return {
        "trials": len(known),
        "failures": {name: one["failure"] for name, one in known.items() if one["failure"]},
        "largest": {
            figure: max(((one[figure], name) for name, one in known.items()), default=None)
            for figure in ("seconds", "megabytes")
        },
    }


def trial(one: BadFile, path: Path) -> dict[str, Any]:
    """What became of a file, what reading it took, and why that is a failure; an empty reason is none."""
    subprocess.run([sys.executable, "-m", "tests.bad_files", "make", one.name, str(path)], check=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bad_files", "read", str(path), one.text],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout and process.stderr
    said, trouble = process.stdout.read(), process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        return {"seconds": 0.0, "megabytes": 0, "outcome": trouble, "failure": "the build failed"}
    outcome = json.loads(said)
    figures = {
        "seconds": outcome["seconds"],
        "megabytes": usage.ru_maxrss // 1024,
        "outcome": "; ".join(outcome["errors"]) or f"read, {outcome['characters']:,} characters",
    }
    return figures | {"failure": failure(one, outcome) or excess(one, figures)}


def failure(one: BadFile, outcome: dict[str, Any]) -> str:
    """Why the outcome is not the expected one."""
    if outcome["errors"]:
        return next(filter(None, (complaint(one, error) for error in outcome["errors"])), "")
    if one.error and not one.either:
        return "it was read"
    if not outcome["found"]:
        return f"its text has no {one.text}"
    expected = one.notice or one.either
    if expected and not any(re.search(expected, notice) for notice in outcome["notices"]):
        return f"no notice {expected} in {outcome['notices']}"
    return ""


def excess(one: BadFile, figures: dict[str, Any]) -> str:
    """Why reading it took too much."""
    seconds = one.seconds + one.pages * SECONDS_A_PAGE + START_SECONDS
    if figures["seconds"] > seconds:
        return f"it took {figures['seconds']} s, more than {seconds}"
    if figures["megabytes"] > one.memory:
        return f"it took {figures['megabytes']} MB, more than {one.memory}"
    return ""


if __name__ == "__main__":
    sys.exit(main())
