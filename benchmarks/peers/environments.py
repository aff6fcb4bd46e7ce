"""A virtual environment for each pipeline, made once, with pinned versions, and how large it is.

Environments lie in the folder of BENCH_ENVIRONMENTS, each under its pipeline's name. PyTorch comes first, as the
Makefile's TORCH says, and a constraint holds its version, so that no pipeline pulls another build.
"""

import importlib.metadata
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.memory import ROOT
from benchmarks.peers.rows import Peer

ENVIRONMENTS = "BENCH_ENVIRONMENTS"
CONSTRAINTS = Path(__file__).parent
DONE = "benchmark.json"
TORCH = "torch"
TORCH_PARTS = ("functorch", "nvidia", "torch", "torchgen", "triton")
LOG_CHARACTERS = 600


@dataclass(frozen=True, slots=True)
class Environment:
    """A pipeline's environment: sizes in bytes without PyTorch and models, or why there is none."""

    peer: str
    folder: Path
    problem: str = ""
    first_bytes: int = 0
    """With the packages of the first steps alone."""
    all_bytes: int = 0
    torch_bytes: int = 0
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def python(self) -> Path:
        """The environment's interpreter."""
        return self.folder / "bin" / "python"

    @property
    def site_packages(self) -> Path:
        """Where its packages lie."""
        return next((self.folder / "lib").glob("python*/site-packages"))


def environments_folder() -> Path:
    """Where the environments lie: BENCH_ENVIRONMENTS, or a folder of the project that git ignores."""
    return Path(os.environ.get(ENVIRONMENTS) or ROOT / ".bench-environments").resolve()


def environment(peer: Peer, folder: Path, torch: str = TORCH) -> Environment:
    """The environment of a pipeline, made now where it is not there yet; one with a problem where it cannot be made."""
    place = folder / peer.key
    made = place / DONE
    if made.is_file():
        record = json.loads(made.read_text(encoding="utf-8"))
        return Environment(**record | {"folder": place})
    try:
        done = _make(peer, place, torch)
    except (subprocess.CalledProcessError, OSError) as error:
        return Environment(peer.name, place, problem=_said(error))
    record = asdict(done) | {"folder": str(place)}
    made.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return done


def _make(peer: Peer, place: Path, torch: str) -> Environment:
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(place)], check=True, capture_output=True)
    empty = Environment(peer.name, place)
    _install(empty, torch.split())
    version = _versions(empty)[TORCH]
    with tempfile.TemporaryDirectory() as folder:
        pinned = Path(folder) / "torch.txt"
        pinned.write_text(f"torch=={version}\n", encoding="utf-8")
        limits = ["-c", str(pinned), *_constraints(peer)]
        _install(empty, [*limits, *(one.format(root=ROOT) for one in peer.packages)])
        first = _bytes(empty.site_packages, without=TORCH_PARTS)
        if beside := (*peer.more, *peer.models):
            _install(empty, [*limits, *beside])
    models = [name.replace("-", "_") for name in peer.models]
    torch_bytes = sum(_bytes(empty.site_packages / part) for part in TORCH_PARTS)
    everything = _bytes(empty.site_packages, without=(*TORCH_PARTS, *models))
    return Environment(peer.name, place, "", first, everything, torch_bytes, _versions(empty))


def _constraints(peer: Peer) -> list[str]:
    """The options that pin a pipeline's versions: its own file, or the project's for the project itself."""
    own = CONSTRAINTS / f"constraints-{peer.key}.txt"
    shared = ROOT / "constraints.txt"
    return ["-c", str(own if own.is_file() else shared)] if own.is_file() or "{root}" in peer.packages else []


def _install(place: Environment, arguments: Sequence[str]) -> None:
    command = [str(place.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, capture_output=True, text=True)


def _versions(place: Environment) -> dict[str, str]:
    """The installed packages by their canonical names."""
    found = importlib.metadata.distributions(path=[str(place.site_packages)])
    return {re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower(): one.version for one in found}


def _bytes(folder: Path, without: Sequence[str] = ()) -> int:
    """The bytes of the files below a folder, but for those of its children whose names or distributions are named."""
    total = 0
    for child in folder.iterdir() if folder.is_dir() else ():
        if child.name in without or any(child.name.startswith(f"{name}-") for name in without):
            continue
        files = child.rglob("*") if child.is_dir() else (child,)
        total += sum(file.lstat().st_size for file in files if file.is_file() and "__pycache__" not in file.parts)
    return total


def _said(error: subprocess.CalledProcessError | OSError) -> str:
    """The last that the failed command said, in one line."""
    said = str(getattr(error, "stderr", "") or error)
    return "could not be installed: " + " ".join(said[-LOG_CHARACTERS:].split())


def constraint_lines(versions: Mapping[str, str]) -> list[str]:
    """The lines that pin these versions, PyTorch and what no constraint may name left out."""
    left_out = {TORCH, "pip", "setuptools", "wheel", "askspeech"}
    return [f"{name}=={version}" for name, version in sorted(versions.items()) if name not in left_out]
