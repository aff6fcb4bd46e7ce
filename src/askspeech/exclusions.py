"""What was removed from the index without touching a file: a list in the store that every build honours.

The list is one JSON file, replaced in one step under a lock of its own, so any number of processes may change it, also
while a build runs; that build goes on with the list as it was when it began.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from askspeech.bilingual import Bilingual
from askspeech.datatypes import Span
from askspeech.disk import disk_errors, replace_file
from askspeech.errors import StoreDamagedError
from askspeech.file_locks import locked

__all__ = ["EXCLUSIONS", "Exclusion", "ExclusionKind", "Exclusions", "exclusion_of"]

ExclusionKind = Literal["file", "speech"]
EXCLUSIONS = "exclusions.json"
_LOCK = "exclusions.lock"
_LAYOUT = 1


@dataclass(frozen=True, slots=True)
class Exclusion:
    """Something that is kept out of the index.

    A file is meant by the path by which it is cited, and by no other path that holds the same text; an archive stands
    for all that lies in it. A speech is meant by its source and span, whichever files hold that source.
    """

    kind: ExclusionKind
    file: str
    title: str
    """Of the speech; of a file what a person calls it, its path."""
    speech_id: str = ""
    source_id: str = ""
    span: Span | None = None
    excluded_at: str = ""
    """When, as ISO 8601 in UTC; filled in by `add` where it is empty."""
    excluded_by: str = ""
    """Who, empty where nobody signs in."""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others: its kind, and the file's path or the speech's id."""
        return self.kind, self.file if self.kind == "file" else self.speech_id


class Exclusions:
    """The exclusion list of a store; making this object touches nothing on the disk.

    Every method raises DiskError where the disk is the reason, and StoreDamagedError where the list is not one of ours.
    """

    def __init__(self, store: Path) -> None:
        self.path = store / EXCLUSIONS
        self._lock = store / _LOCK

    def all(self) -> tuple[Exclusion, ...]:
        """All exclusions, in the order in which they were made."""
        with disk_errors(self.path, "read"):
            try:
                content = self.path.read_text(encoding="utf-8")
            except (FileNotFoundError, NotADirectoryError):
                return ()
        try:
            return tuple(map(exclusion_of, json.loads(content)["exclusions"]))
        except (ValueError, KeyError, TypeError) as error:
            raise StoreDamagedError(_damaged(self.path, f"{type(error).__name__}: {error}")) from error

    def add(self, exclusion: Exclusion) -> bool:
        """Add one; False where it was there already."""
        with self._held():
            before = self.all()
            if exclusion.key in {one.key for one in before}:
                return False
            self._write([*before, _stamped(exclusion)])
        return True

    def remove(self, exclusion: Exclusion) -> bool:
        """Take one back, which the next build notices; False where it was not there."""
        with self._held():
            before = self.all()
            after = [one for one in before if one.key != exclusion.key]
            if len(after) == len(before):
                return False
            self._write(after)
        return True

    def _held(self) -> AbstractContextManager[None]:
        with disk_errors(self.path.parent, "create"):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        return locked(self._lock)

    def _write(self, exclusions: Sequence[Exclusion]) -> None:
        values = {"layout": _LAYOUT, "exclusions": [asdict(one) for one in exclusions]}
        replace_file(self.path, f"{json.dumps(values, ensure_ascii=True, indent=1)}\n")


def _stamped(exclusion: Exclusion) -> Exclusion:
    values = asdict(exclusion) | {"excluded_at": exclusion.excluded_at or _now()}
    return exclusion_of(values)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def exclusion_of(values: Mapping[str, Any]) -> Exclusion:
    """The exclusion that was written down with these values; raises KeyError, TypeError or ValueError if it is none."""
    if values["kind"] not in get_args(ExclusionKind):
        raise ValueError(f"the kind {values['kind']!r} is neither file nor speech")
    span = values["span"]
    return Exclusion(**{**values, "span": None if span is None else Span(*span)})


def _damaged(path: Path, found: str) -> Bilingual:
    chinese = "移除名单已损坏：请恢复备份，或删除它（移除的内容会在下次更新时全部回来）。"
    return Bilingual(
        "The list of what was removed is damaged. An administrator can put a copy of it back; or delete it, and all "
        "that was removed returns with the next update.",
        f"{chinese}请管理员在服务器上处理：{path.name}。",
        f"{path} is no list of what was removed ({found}). Put a copy of it back; or delete it, and everything "
        f"that was removed returns with the next build. {chinese}",
    )
