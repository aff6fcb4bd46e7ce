"""The points that a build passes: its stages, and every flush and rename; where it can be killed."""

import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from tests.torture.world import build, run

BY_THE_CLOCK = "building.json"
"""How far a build has come, for others to read."""


def points(scratch: Path) -> Sequence[str]:
    """Every point that a build passes, in order, each as its number and name; of like files in a row the first."""
    return [point for point, _ in _passed(scratch)]


def changed_points(scratch: Path) -> Sequence[str]:
    """The points without those of the disk that find the store as the point before them did.

    Whoever is killed there leaves behind what they would have left behind before: a flush changes nothing for those
    who read the files of a process that was killed.
    """
    passed = _passed(scratch)
    states = ["", *(state for _, state in passed)]
    return [
        point
        for (point, state), before in zip(passed, states, strict=False)
        if state != before or point.split()[1] not in ("before", "after")
    ]


def _passed(scratch: Path) -> Sequence[tuple[str, str]]:
    """Each point with the checksum of the store as it was then."""
    path = scratch / "points.json"
    if not path.exists():
        store = Path(shutil.copytree(scratch / "base-store", scratch / "points-store"))
        passed: list[tuple[str, str]] = []

        def note(point: str, at: Path) -> None:
            passed.append((f"{point} {place(at, store)}", state(store)))

        def passing() -> list[tuple[str, str]]:
            build(store, scratch / "new", note)()
            return passed

        path.write_text(json.dumps(run(passing).wanted()), encoding="utf-8")
        shutil.rmtree(store)
    found = json.loads(path.read_text(encoding="utf-8"))
    names = [name for name, _ in found]
    fresh = [number for number, name in enumerate(names) if name not in names[max(0, number - 2) : number]]
    return [(f"{number} {names[number]}", found[number][1]) for number in fresh]


def state(store: Path) -> str:
    """A checksum of the names and the contents of all that lies in the store, but for what is written by the clock."""
    digest = hashlib.sha256()
    for path in sorted(path for path in store.rglob("*") if not path.name.startswith(BY_THE_CLOCK)):
        digest.update(f"{path.relative_to(store)}\n".encode())
        if path.is_file():
            digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def place(path: Path, store: Path) -> str:
    """Where a path lies in the store, in words that are the same in every build."""
    if path == store:
        return "the store"
    name = str(path.relative_to(store))
    name = re.sub(r"generations/[^/]+", "generations/NAME", name)
    name = re.sub(r"keywords/.+", "keywords/FILE", name)
    return re.sub(r"chroma/[^/]+-[^/]+", "chroma/SEGMENT", re.sub(r"(chroma/[^/]+-[^/]+)/.+", r"\1/FILE", name))
