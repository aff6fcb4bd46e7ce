"""Rows about what can be wrong with the disk: damaged files, a full disk, read-only stores, other versions, copies."""

import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.torture.rows import NEW, OLD, VERSIONS, Figures, Row, SkippedError, Trial, prepare, prepare_versions
from tests.torture.world import Corpus, build, look, run, start, with_yearbook

from askspeech import SpeechIndex
from askspeech.errors import StoreDamagedError
from askspeech.verification import verify

PARTS = {
    "the folder of vectors": "generations/*/chroma",
    "chroma.sqlite3": "generations/*/chroma/chroma.sqlite3",
    "a segment's folder": "generations/*/chroma/*-*",
    "data_level0.bin": "generations/*/chroma/*-*/data_level0.bin",
    "header.bin": "generations/*/chroma/*-*/header.bin",
    "length.bin": "generations/*/chroma/*-*/length.bin",
    "link_lists.bin": "generations/*/chroma/*-*/link_lists.bin",
    "catalog.db": "generations/*/catalog.db",
    "the folder of keywords": "generations/*/keywords",
    "meta.json": "generations/*/keywords/meta.json",
    "the keywords' .term": "generations/*/keywords/*.term",
    "the keywords' .idx": "generations/*/keywords/*.idx",
    "the keywords' .store": "generations/*/keywords/*.store",
    "the keywords' .fieldnorm": "generations/*/keywords/*.fieldnorm",
    "manifest.json": "generations/*/manifest.json",
    "readers": "generations/*/readers",
    "CURRENT": "CURRENT",
    "the generation": "generations/*",
}
LARGE_VERSIONS = (with_yearbook(OLD), with_yearbook(NEW))
WAYS = ("missing", "emptied", "cut in half", "made of noise", "64 bytes changed")
# In a larger index Chroma has written its graph down, and makes nothing of it again from its log.
LARGE = "a larger index, "
# The catalogue, the keywords, the manifest or what names them.
NOT_THE_VECTORS = ("catalog.db", "keyword", "manifest", "meta.json", "readers", "CURRENT", "the generation")


def kinds(scratch: Path) -> Sequence[str]:
    folders = ("the folder", "a segment's", "the generation")
    return [
        f"{size}{part}: {way}"
        for size in ("", LARGE)
        for part in PARTS
        for way in WAYS
        if way in ("missing", "emptied") or not part.startswith(folders)
        if part != "readers" or way == "missing"
        if not size or "/chroma/" in PARTS[part]
    ]


def two_generations(scratch: Path) -> None:
    """Two base stores, each with an old corpus and, in use, a new one; the nearest passages are written down."""
    prepare(scratch)
    (scratch / "large").mkdir(exist_ok=True)
    prepare_versions(scratch / "large", *LARGE_VERSIONS)
    for folder, versions in ((scratch, VERSIONS), (scratch / "large", LARGE_VERSIONS)):
        _build_second(folder, versions)


def _build_second(scratch: Path, versions: Sequence[Corpus]) -> None:
    if not (scratch / "nearest.json").exists():
        run(build(scratch / "base-store", scratch / "new")).wanted()
        seen = run(look(scratch / "base-store", versions)).wanted()
        assert seen["version"] == 1
        (scratch / "nearest.json").write_text(json.dumps(seen["dense"]), encoding="utf-8")


def damage(store: Path, part: str, way: str, chance: random.Random) -> None:
    """Damage that part of the generation in use."""
    current = (store / "CURRENT").read_text(encoding="utf-8").strip()
    for path in sorted(store.glob(PARTS[part].replace("*", current, 1) if "*" in PARTS[part] else PARTS[part])):
        if path.is_dir():
            shutil.rmtree(path)
            if way == "emptied":
                path.mkdir()
            continue
        content = bytearray(path.read_bytes())
        if way == "missing":
            path.unlink()
        elif way == "emptied":
            path.write_bytes(b"")
        elif way == "cut in half":
            path.write_bytes(content[: len(content) // 2])
        elif way == "made of noise":
            path.write_bytes(chance.randbytes(len(content)))
        else:
            for _ in range(64 if content else 0):
                content[chance.randrange(len(content))] = chance.randrange(256)
            path.write_bytes(content)


def damaged(trial: Trial) -> Figures:
    """Damage is found before it is answered from, the process lives, and building again repairs it."""
    versions = VERSIONS
    if trial.kind.startswith(LARGE):
        versions = LARGE_VERSIONS
        trial = replace(trial, scratch=trial.scratch / "large", kind=trial.kind.removeprefix(LARGE))
    store = trial.store()
    part, way = trial.kind.split(": ")
    damage(store, part, way, trial.chance)
    seen = run(look(store, versions)).wanted()
    found = bool(seen["notices"])
    if found:
        assert seen["version"] is not None, f"no index answers wholly: {seen}"
        if seen["version"] == 1 and part != "CURRENT":
            assert not part.startswith(("catalog.db", "the keywords'")), f"damage of {part} was taken for another"
            assert run(dense_is_refused(store)).wanted(), "a damaged vector index was asked"
    else:
        nearest = json.loads((trial.scratch / "nearest.json").read_text(encoding="utf-8"))
        assert (seen["version"], seen["dense"]) == (1, nearest), f"wrong answers without a notice: {seen}"
    again = run(build(store, trial.corpus)).wanted()
    assert again["hash"] == trial.expected_hash(), "building again gave another index"
    if not part.startswith(NOT_THE_VECTORS) and "keyword" not in part:
        assert again["embedded"] == 0, f"the repair embedded {again['embedded']} passages anew"
    after = run(look(store, versions)).wanted()
    assert (after["version"], after["notices"]) == (1, []), f"building again did not repair it: {after}"
    return {"found": int(found), "harmless": int(not found)}


def dense_is_refused(store: Path) -> Callable[[], bool]:
    def asking() -> bool:
        with SpeechIndex.open(store) as index:
            try:
                index.search("营商环境由谁牵头？", way="dense")
            except StoreDamagedError:
                return True
        return False

    return asking


# R6


def full_disk(trial: Trial) -> Figures:
    """On a disk with too little room the build says so, the old index answers, and with room the build succeeds."""
    base = trial.scratch / "base-store"
    room = int(trial.kind.split()[0]) * 1024
    size = sum(path.stat().st_blocks * 512 for path in base.rglob("*")) + room
    with mounted(trial.folder / "disk", ["-t", "tmpfs", "-o", f"size={size}", "tmpfs"]) as disk:
        store = Path(shutil.copytree(base, disk / "store"))
        outcome = run(build(store, trial.corpus))
        assert outcome.error in ("", "DiskError"), f"{outcome}"
        if outcome.error:
            assert "space" in outcome.message.lower() or "空间" in outcome.message, outcome.message
            seen = run(look(store, VERSIONS)).wanted()
            assert seen["version"] == 0, f"the old index does not answer while the disk is full: {seen}"
        subprocess.run(["mount", "-o", "remount,size=200M", str(disk)], check=True)
        assert run(build(store, trial.corpus)).wanted()["hash"] == trial.expected_hash()
        return {"refused": int(bool(outcome.error))}


@contextmanager
def mounted(place: Path, arguments: Sequence[str]) -> Iterator[Path]:
    place.mkdir()
    done = subprocess.run(["mount", *arguments, str(place)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SkippedError(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


# R7


def read_only(trial: Trial) -> Figures:
    """A store on a disk that is mounted read-only answers; a build there says why it cannot."""
    store = trial.store()
    with mounted(trial.folder / "disk", ["--bind", str(store)]) as disk:
        subprocess.run(["mount", "-o", "remount,ro,bind", str(disk)], check=True)
        if trial.kind == "asked":
            seen = run(look(disk, VERSIONS)).wanted()
            assert (seen["version"], seen["notices"]) == (0, []), f"{seen}"
        elif trial.kind == "asked by two processes":
            for child in [start(look(disk, VERSIONS)) for _ in range(2)]:
                assert child.wait().wanted()["version"] == 0
        elif trial.kind == "verified":
            current = (disk / "CURRENT").read_text(encoding="utf-8").strip()
            assert verify(disk / "generations" / current).problems == ()
        else:
            outcome = run(build(disk, trial.corpus))
            assert outcome.error == "DiskError", f"{outcome}"
            assert "ead-only" in outcome.message, outcome.message
    return None


# R11


def runaway(trial: Trial) -> Figures:
    """A vector index that would grow without end stops at the limit, and is not asked again."""
    with mounted(trial.folder / "disk", ["-t", "tmpfs", "-o", "size=300M", "tmpfs"]) as disk:
        store = Path(shutil.copytree(trial.scratch / "base-store", disk / "store"))
        damage(store, "link_lists.bin", "made of noise", trial.chance)
        damage(store, trial.kind, "64 bytes changed", trial.chance)
        before = used(disk)
        for _ in range(2):
            run(look(store, VERSIONS)).wanted()
        assert used(disk) <= 2 * before, f"the store grew from {before} to {used(disk)} bytes"
    return None


def used(disk: Path) -> int:
    room = os.statvfs(disk)
    return (room.f_blocks - room.f_bfree) * room.f_frsize


# R12


def other_version(trial: Trial) -> Figures:
    """An index that another version or another embedder made is refused in one sentence that names the command."""
    store = trial.store()
    (path,) = store.glob("generations/*/manifest.json")
    values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if trial.kind.startswith("schema"):
        values["schema"] += int(trial.kind.split()[1])
    elif trial.kind == "embedder":
        values["embedder"]["fingerprint"] = "another"
    else:
        values["versions"][trial.kind.split()[0]] = trial.kind.split()[1]
    path.write_text(json.dumps(values), encoding="utf-8")
    outcome = run(look(store, VERSIONS))
    assert outcome.error == "StoreMismatchError", f"{outcome}"
    assert "askspeech build" in outcome.message, outcome.message
    assert run(build(store, trial.corpus)).wanted()["hash"] == trial.expected_hash()
    assert run(look(store, VERSIONS)).wanted()["version"] == 1
    return None


# R16


def copied(trial: Trial) -> Figures:
    """A store that is copied while it is asked, or moved, answers the same."""
    store = trial.store()
    place = trial.folder / "另一个 地方" / "store"
    if trial.kind == "moved":
        place.parent.mkdir()
        store.rename(place)
    else:
        asking = start(look(store, VERSIONS))
        shutil.copytree(store, place)
        assert asking.wait().wanted()["version"] == 0
    seen = run(look(place, VERSIONS)).wanted()
    assert (seen["version"], seen["notices"]) == (0, []), f"{seen}"
    current = (place / "CURRENT").read_text(encoding="utf-8").strip()
    assert verify(place / "generations" / current).problems == ()
    assert run(build(place, trial.corpus)).wanted()["hash"] == trial.expected_hash()
    return None


DAMAGE_ROWS = {
    "R6": Row(
        "a disk with too little room",
        full_disk,
        lambda scratch: [f"{room} KiB free" for room in (0, 4, 64, 256, 512, 768, 1024, 1500, 2000, 3000, 4000, 6000)],
    ),
    "R7": Row(
        "a store on a read-only disk",
        read_only,
        lambda scratch: ["asked", "asked by two processes", "verified", "built"],
    ),
    "R10": Row("damaged files", damaged, kinds, two_generations),
    "R11": Row(
        "a vector index that could grow without end",
        runaway,
        lambda scratch: ["chroma.sqlite3", "data_level0.bin", "header.bin", "length.bin"],
    ),
    "R12": Row(
        "other versions of the index",
        other_version,
        lambda scratch: ["schema 1", "schema -1", "embedder", "chromadb 0.6.3", "chromadb 2.0.0", "tantivy 0.1.0"],
    ),
    "R16": Row("copied while serving, and moved", copied, lambda scratch: ["copied", "moved"]),
}
