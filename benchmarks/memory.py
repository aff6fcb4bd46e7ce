"""How much memory a static embedder takes above its bare imports: a program of its own, so that nothing else counts.

    python -m benchmarks.memory FOLDER <TEXTS.json

reads a list of texts, loads the model of the folder, embeds the texts, and prints the largest memory (MB) before and
after as JSON.
"""

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from askspeech.embedder import StaticEmbedder

ROOT = Path(__file__).resolve().parents[1]
PROCESSES = Path("/proc")
STATUS = PROCESSES / "self" / "status"


def peak_megabytes() -> float:
    """The largest resident memory of this process so far, in MB (10^6 bytes)."""
    if STATUS.exists():
        # On Linux getrusage also counts what the parent held when it started this process; this line does not.
        line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


def tree_megabytes(*, itself: bool = True) -> float:
    """What this process and all below it hold now in MB, shared memory counted once; 0 where the system has no /proc.

    Not `itself`: only those below it.
    """
    if not (PROCESSES / "self" / "stat").exists():
        return 0.0
    parents: dict[int, int] = {}
    for path in PROCESSES.glob("[0-9]*/stat"):
        try:
            rest = path.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        parents[int(path.parent.name)] = int(rest[1])
    processes = _below(os.getpid(), parents)
    return sum(_megabytes_of(process) for process in processes if itself or process != os.getpid())


def _below(root: int, parents: dict[int, int]) -> set[int]:
    found, more = {root}, {root}
    while more:
        more = {process for process, parent in parents.items() if parent in more} - found
        found |= more
    return found


def _megabytes_of(process: int) -> float:
    try:
        lines = (PROCESSES / str(process) / "smaps_rollup").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0  # it has ended
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) * 1024 / 1e6


def memory_of(folder: Path, texts: Sequence[str]) -> dict[str, float]:
    """The largest memory in MB `before` and `after` loading a model and embedding texts, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.memory", str(folder.resolve())]
    done = subprocess.run(command, input=json.dumps(texts), capture_output=True, text=True, check=True, cwd=ROOT)
    measured: dict[str, float] = json.loads(done.stdout)
    return measured


def main() -> None:
    texts = json.loads(sys.stdin.read())
    before = peak_megabytes()
    StaticEmbedder(Path(sys.argv[1])).embed_passages(texts)
    print(json.dumps({"before": before, "after": peak_megabytes()}))


if __name__ == "__main__":
    main()
