"""Fuzz a reader: `python -m tests.fuzz html --minutes 8`; needs `pip install atheris`, which no other test does.

What it finds lies in a folder (fuzz-results/html): each input that raised something other than ReadError or took more
than 5 s of the processor, with what was said, and the inputs at which the process ended, hung, or took too much memory.
The fuzzer is started again after such an end until the time is over; its corpus stays, so that another run goes on from
there.
"""

import argparse
import contextlib
import hashlib
import json
import random
import re
import subprocess
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from tests.fuzz.changes import changed
from tests.fuzz.inputs import TARGETS, packed
from tests.fuzz.trees import changed_package

LONGEST_INPUT = 200_000
SECONDS = 5
PATIENCE = 30
"""After so many seconds on the clock an input counts as a hang; a busy machine alone takes several."""
RUNS = re.compile(r"^#(\d+)", re.MULTILINE)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("target", choices=TARGETS)
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--output", type=Path, default=Path("fuzz-results"), metavar="DIR")
    parser.add_argument("--in-process-for", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    folder = (options.output / options.target).resolve()
    (folder / "corpus").mkdir(parents=True, exist_ok=True)
    if options.in_process_for:
        fuzz(options.target, folder, options.in_process_for)
        return 0
    result = supervise(options.target, folder, options.minutes * 60)
    print(json.dumps(result, ensure_ascii=False, indent=2))
    return 1 if result["findings"] else 0


def supervise(target: str, folder: Path, seconds: float) -> dict[str, Any]:
    """Run the fuzzer, as often as it ends, for so many seconds; what it found."""
    for number, seed in enumerate(TARGETS[target].seeds()):
        (folder / "corpus" / f"seed-{number}").write_bytes(seed)
    began, runs, starts = time.monotonic(), 0, 0
    while (left := int(began + seconds - time.monotonic())) > 0:
        with (folder / f"log-{starts}.txt").open("w+", encoding="utf-8", errors="replace") as log:
            command = [sys.executable, "-m", "tests.fuzz", target, "--output", str(folder.parent)]
            subprocess.run([*command, "--in-process-for", str(left)], stdout=log, stderr=subprocess.STDOUT, check=False)
            log.seek(0)
            said = log.read()
        counts = [int(count) for count in RUNS.findall(said)]
        if not counts or "tests/fuzz/changes.py" in said or "tests/fuzz/trees.py" in said:
            raise SystemExit(f"the fuzzer itself failed: {said[-2000:]}")
        runs, starts = runs + max(counts), starts + 1
    found = sorted(path.name for path in folder.iterdir() if path.is_file() and path.suffix not in (".txt", ".json"))
    result = {
        "target": target,
        "runs": runs,
        "starts": starts,
        "seconds": round(time.monotonic() - began),
        "findings": found,
    }
    (folder / "result.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return result


def fuzz(target: str, folder: Path, seconds: int) -> None:
    """Fuzz in this process, which ends with it."""
    import atheris

    kind = TARGETS[target]
    with atheris.instrument_imports(include=["askspeech"]):
        from askspeech.errors import ReadError
        from askspeech.formats.replies import described, extracted_of
        from askspeech.formats.worker import load_reader

        read = load_reader(kind.module)
    seeds = kind.seeds()

    def one(data: bytes) -> None:
        made, began = kind.made(data), time.process_time()
        try:
            extracted = read(made, lambda pages: None)
            extracted.text.encode()
            assert extracted_of(json.loads(json.dumps(described(extracted))), extracted.text) == extracted
        except ReadError as error:
            if "请" not in str(error):
                keep(folder, data, f"not in both languages: {error}")
        except Exception:
            keep(folder, data, traceback.format_exc())
        if time.process_time() - began > SECONDS:
            keep(folder, data, f"it took {time.process_time() - began:.1f} s")

    def mutated(data: bytes, most: int, seed: int) -> bytes:
        chance, most = random.Random(seed), min(most, LONGEST_INPUT)
        if chance.random() < 0.1:
            with contextlib.suppress(ValueError):
                return bytes(atheris.Mutate(data, most))
        whole = changed_package(data, seeds, chance, most) if kind.made is packed and chance.random() < 0.9 else None
        return whole or changed(data, kind.pieces, seeds, chance, most)

    flags = [
        f"-max_total_time={seconds}", f"-timeout={PATIENCE}", f"-rss_limit_mb={kind.megabytes}",
        f"-max_len={LONGEST_INPUT}", f"-artifact_prefix={folder}/", "-print_final_stats=1", "-len_control=0",
    ]  # fmt: skip
    atheris.Setup(["fuzz", *flags, str(folder / "corpus")], one, custom_mutator=mutated)
    atheris.Fuzz()


def keep(folder: Path, data: bytes, trouble: str) -> None:
    """Keep an input and what it raised, the first one of each place in the code."""
    places = re.findall(r'File ".*?([\w-]+/[\w.-]+)", line (\d+)', trouble)[-2:] or [trouble[:60]]
    name = f"raised-{hashlib.sha256(repr(places).encode()).hexdigest()[:10]}"
    if not (folder / name).exists():
        (folder / name).write_bytes(data)
        (folder / f"{name}.txt").write_text(trouble, encoding="utf-8", errors="backslashreplace")


if __name__ == "__main__":
    sys.exit(main())
