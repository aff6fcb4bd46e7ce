"""What others can see of a build: that one runs and how far it is, how the last one ended, and a way to end it.

    store/building.json      while a build runs: who, where, since when, how far; at most four times a second
    store/last-build.json    how the last build ended, with its whole report
    store/known.json         what the index in use was made from: uploads, exclusions, and the report of that build
    store/cancel             the id of a build that somebody wants to end; it ends that build and no other
    store/build.log          what a build wrote to stderr that was started by a server

Readers write nothing but `cancel`. A `building.json` while nobody holds the store's lock was left by a build that died.
These files are for the eyes: none is forced to the disk, and where one cannot be read, nothing is known of the build.
"""

import json
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from datetime import UTC, datetime
from functools import lru_cache
from os import getpid
from pathlib import Path
from threading import get_ident
from typing import Any, Literal, get_args

from askspeech.bilingual import Bilingual, packed, unpacked
from askspeech.build_report import BuildReport, FileReport, SkippedFile
from askspeech.disk import disk_errors
from askspeech.errors import AskSpeechError
from askspeech.exclusions import Exclusion, exclusion_of
from askspeech.store import Store
from askspeech.uploads import Stamp

__all__ = [
    "BUILD_LOG",
    "BuildOutcome",
    "Building",
    "Known",
    "LastBuild",
    "ask_to_cancel",
    "building",
    "cancelled",
    "forget_cancelling",
    "forget_log",
    "known",
    "last_build",
    "left_behind",
    "lost",
    "new_building",
    "write_building",
    "write_known",
    "write_last_build",
]

BuildOutcome = Literal["done", "unchanged", "cancelled", "failed", "lost"]
BUILDING, LAST_BUILD, KNOWN, CANCEL = "building.json", "last-build.json", "known.json", "cancel"
BUILD_LOG = "build.log"
_LOG_CHARACTERS = 1000
_COMPLAINT = "askspeech: "


@dataclass(frozen=True, slots=True)
class Building:
    """A build that runs. `stage` is what `Progress` is told ("starting" before it says anything); `total` may be 0."""

    id: str
    pid: int
    host: str
    started: datetime
    by: str = ""
    """Who started it; empty for the command line."""
    stage: str = "starting"
    done: int = 0
    total: int = 0
    cancelling: bool = False
    """Whether somebody has asked for its end, which comes within seconds."""


@dataclass(frozen=True, slots=True)
class LastBuild:
    """How a build ended; `report` is there where it came to its end, `message` where it did not."""

    id: str
    started: datetime
    ended: datetime
    by: str
    outcome: BuildOutcome
    message: str = ""
    report: BuildReport | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the index in use was made from: uploads by cited path, exclusions, and the report of the build."""

    report: BuildReport
    uploads: Mapping[str, Stamp]
    exclusions: tuple[Exclusion, ...] = ()


def building(store: Path) -> Building | None:
    """The build that runs in a store now, whoever started it; None where there is none."""
    found = left_behind(store)
    if found is None or not Store(store).is_being_written():
        return None
    return replace(found, cancelling=cancelled(store) == found.id)


def last_build(store: Path) -> LastBuild | None:
    """How the last build of a store ended; None where none is known of."""
    left = left_behind(store)
    if left is not None and not Store(store).is_being_written():
        ended = _last(*_version(store / LAST_BUILD))
        if ended is not None and ended.id == left.id:
            return ended  # it died when everything had been done
        return lost(store, left)
    return _last(*_version(store / LAST_BUILD))


def ask_to_cancel(store: Path, build_id: str) -> None:
    """Ask for the end of the build with this id; it ends within five seconds, and the index in use stays.

    Does nothing where that build does not run any more, or is just putting its index to use.

    Raises:
        DiskError: the store cannot be written to.
    """
    now = building(store)
    if now is not None and now.id == build_id:
        # Several may ask at once, each from a draft of its own.
        _replace(store / CANCEL, build_id, f"{getpid()}-{get_ident()}.tmp")


def known(store: Path) -> Known | None:
    """What the index in use was made from; None where that is not known, as for one that was gone back to."""
    found = _known(*_version(store / KNOWN))
    return found if found is not None and found.report.generation == Store(store).current_name() else None


def _lost(stage: str, last_words: str) -> Bilingual:
    return Bilingual(
        f"The build ended without a word while it was at work on this: {stage}. Its process was killed, or the machine "
        "went down. The index in use is sound; build again.",
        f"更新资料库的进程意外中止（被终止，或机器断电重启）。资料库完好，请再更新一次。 {last_words}".rstrip(),
    )


# What the build itself writes


def new_building(build_id: str, by: str) -> Building:
    """A build that this process begins now."""
    return Building(build_id, getpid(), socket.gethostname(), datetime.now(UTC), by)


def left_behind(store: Path) -> Building | None:
    """The build that runs, or died and left its record."""
    values = _read(store / BUILDING)
    try:
        names = {one.name for one in fields(Building)}
        return Building(**({name: values[name] for name in names} | {"started": _time(values["started"])}))
    except (KeyError, TypeError, ValueError):
        return None


def lost(store: Path, left: Building) -> LastBuild:
    """How a build ended that died and left this record. Raises DiskError."""
    with disk_errors(store / BUILDING, "look at"):
        try:
            ended = datetime.fromtimestamp((store / BUILDING).stat().st_mtime, UTC)
        except FileNotFoundError:  # the next build has begun meanwhile
            ended = datetime.now(UTC)
    words = _last_words(store)
    if words.startswith(_COMPLAINT):  # it said why before it could write down anything else
        said = AskSpeechError(words.removeprefix(_COMPLAINT)).words
        return LastBuild(left.id, left.started, ended, left.by, "failed", said)
    return LastBuild(left.id, left.started, ended, left.by, "lost", _lost(left.stage, words))


def write_building(store: Path, now: Building | None) -> None:
    """Say how far the build is; None: it is over. Raises DiskError."""
    if now is None:
        with disk_errors(store / BUILDING, "remove"):
            (store / BUILDING).unlink(missing_ok=True)
    else:
        _replace(store / BUILDING, _json(now))


def write_last_build(store: Path, last: LastBuild) -> None:
    """Say how a build ended. Raises DiskError."""
    _replace(store / LAST_BUILD, _json(last))


def write_known(store: Path, made_from: Known) -> None:
    """Say what the index in use was made from. Raises DiskError."""
    _replace(store / KNOWN, _json(made_from))


def cancelled(store: Path) -> str:
    """The id of the build that somebody wants to end; empty where nobody does. Raises DiskError."""
    with disk_errors(store / CANCEL, "read"):
        try:
            return (store / CANCEL).read_text(encoding="utf-8", errors="replace").strip()
        except (FileNotFoundError, NotADirectoryError):
            return ""


def forget_cancelling(store: Path) -> None:
    """Remove a request to end a build. Raises DiskError."""
    with disk_errors(store / CANCEL, "remove"):
        (store / CANCEL).unlink(missing_ok=True)


def forget_log(store: Path) -> None:
    """Remove what an earlier build wrote to stderr: it is none of this one's. Raises DiskError."""
    with disk_errors(store / BUILD_LOG, "remove"):
        (store / BUILD_LOG).unlink(missing_ok=True)


# Reports of ten thousand files are megabytes, and every open page looks each second: what is read is kept.


@lru_cache(maxsize=8)
def _known(path: Path, version: tuple[int, ...]) -> Known | None:
    values = _read(path)
    try:
        uploads = {name: Stamp(*stamp) for name, stamp in values["uploads"].items()}
        return Known(_report(values["report"]), uploads, tuple(map(exclusion_of, values["exclusions"])))
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


@lru_cache(maxsize=8)
def _last(path: Path, version: tuple[int, ...]) -> LastBuild | None:
    values = _read(path)
    try:
        times = {name: _time(values[name]) for name in ("started", "ended")}
        report = None if values["report"] is None else _report(values["report"])
        last = LastBuild(**(values | times | {"report": report}))
        return last if last.outcome in get_args(BuildOutcome) else None
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _version(path: Path) -> tuple[Path, tuple[int, ...]]:
    """A file, and what tells whether it has been replaced; nothing where it is not there."""
    with disk_errors(path, "look at"):
        try:
            status = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return path, ()
    return path, (status.st_ino, status.st_mtime_ns, status.st_size)


def _last_words(store: Path) -> str:
    """The last line that a build wrote which was started by a server; empty where there is none."""
    with disk_errors(store / BUILD_LOG, "read"):
        try:
            lines = (store / BUILD_LOG).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return ""
    return lines[-1][:_LOG_CHARACTERS] if lines else ""


def _report(values: Any) -> BuildReport:
    files = tuple(
        FileReport(
            **(
                file
                | {"dropped": tuple((str(reason), int(count)) for reason, count in file["dropped"])}
                | {"copies": tuple(file["copies"]), "notices": tuple(file["notices"])}
            )
        )
        for file in values["files"]
    )
    skipped = tuple(SkippedFile(**file) for file in values["skipped"])
    return BuildReport(**(values | {"files": files, "skipped": skipped, "excluded": tuple(values["excluded"])}))


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _json(value: Building | LastBuild | Known) -> str:
    return json.dumps(packed(asdict(value)), ensure_ascii=True, default=datetime.isoformat)


def _read(path: Path) -> Any:
    """The JSON in a file; None where it is not there or is none, as after a power cut."""
    with disk_errors(path, "read"):
        try:
            return json.loads(path.read_bytes(), object_hook=unpacked)
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return None


def _replace(path: Path, content: str, ending: str = "tmp") -> None:
    """Put content in place of the file in one step; a draft that a killed build left is overwritten by the next one."""
    with disk_errors(path, "write"):
        draft = path.with_name(f"{path.name}.{ending}")
        draft.write_text(content, encoding="utf-8")
        draft.replace(path)
