"""How much memory a static embedder takes above its bare imports: a program of its own, so that nothing else counts.

    python -m benchmarks.memory FOLDER <TEXTS.json

reads a list of texts, loads the model of the folder, embeds the texts, and prints the largest memory (MB) before and
after as JSON.
"""

import json
import resource
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from askspeech.embedder import StaticEmbedder

ROOT = Path(__file__).resolve().parents[1]
STATUS = Path("/proc/self/status")


def peak_megabytes() -> float:
    """The largest resident memory of this process so far, in MB (10^6 bytes)."""
    if STATUS.exists():
        # On Linux getrusage also counts what the parent held when it started this process; this line does not.
        line = next(line for line in STATUS.read_text(encoding="ascii").splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6


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
