"""Handles: what a chat model cites sentences by, and how its stream of text becomes sentences without them.

A handle is four characters, such as k7mp, made anew for every question. Whatever pieces a stream comes in, it gives the
same sentences: it is read one character at a time.
"""

import re
import secrets
from collections.abc import Collection, Iterator
from dataclasses import dataclass

__all__ = ["Piece", "SentenceStream", "folded", "new_handles", "resolved"]

_CONSONANTS = "bcdfghjkmnpqrstvwz"
_DIGITS = "23456789"
_SHAPE = f"[{_CONSONANTS}][{_DIGITS}][{_CONSONANTS}]{{2}}"
_HANDLE = re.compile(rf"(?<![a-z0-9]){_SHAPE}(?![a-z0-9])")
_OPENING, _CLOSING = "[［【(（", "]］】)）"
_GROUP = re.compile(r"[\[［【(（]([^\[\]［］【】()（）\n]{1,80})[\]］】)）]")
_SEPARATORS = r"\s,，、;；|/&+\-–~和与及^#@:：."
_BETWEEN = re.compile(rf"(?:[{_SEPARATORS}]|and|see|source|handle|句|见|依据|来源|出处|代号|原句)*")
_NUMBERS = re.compile(rf"[{_SEPARATORS}]*\d{{1,3}}(?:[{_SEPARATORS}]+\d{{1,3}})*[{_SEPARATORS}]*|\d+(?:[:：]\d+)?†.*")
_JOINT = re.compile(r"(?:[\s,，、;；和与]|and)*")
_EMPTY = re.compile(r"\[\s*\]|［\s*］|【\s*】|\(\s*\)|（\s*）")
_SPACE_BEFORE = re.compile(r"[ \t　]+(?=[，。！？；：、,.!?;:）)】》”」]|$)")
_FOLDING = {code: code - 0xFEE0 for code in range(0xFF10, 0xFF5B) if chr(code - 0xFEE0).isalnum()}
_FOLDING = {code: ord(chr(plain).lower()) for code, plain in _FOLDING.items()}
_FOLDING |= {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}

_STOPS = "。！？；"
_POSSIBLE_STOPS = ".!?"
_QUOTES = "”’\"'」』》）)"
_CLOSED_BY = {"“": "”", "「": "」", "『": "』", "《": "》"} | dict.fromkeys(_OPENING, _CLOSING)
_BETWEEN_MARKS = "、，,;"
_LONGEST_QUOTED = 300
_LONGEST_GROUP = 82
_LONGEST_RUN = 8
_NO_STOP = re.compile(
    r"^\s*(?:[-•*]\s*)?\d{1,3}\.$|(?:^|[\s(])(?:[a-z]|mr|mrs|ms|dr|prof|no|nos|vs|e\.g|i\.e|cf|art|sec|approx|u\.s|st|jr|para)\.$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence, item or heading that a model wrote.

    `text` is without handles; `unknown` are the marks that name nothing that was offered. `before` is the white space
    in front of it: nothing, a space, a line break or an empty line. `whole` is false for the last one of a stream that
    ends neither with a full stop nor with its line.
    """

    text: str
    handles: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    before: str = ""
    whole: bool = True


def new_handles(count: int, avoid: str) -> list[str]:
    """So many different random handles, none of which stands in the text to avoid: no text can name a handle."""
    held = folded(avoid)
    handles: dict[str, None] = {}
    while len(handles) < count:
        letters = [secrets.choice(_CONSONANTS) for _ in range(3)]
        handle = letters[0] + secrets.choice(_DIGITS) + letters[1] + letters[2]
        if handle not in held:
            handles[handle] = None
    return list(handles)


def folded(text: str) -> str:
    """The text with full-width and capital letters as small ones; as long as it was."""
    return text.translate(_FOLDING)


def resolved(raw: str, offered: Collection[str]) -> Piece:
    """A sentence as a model wrote it without its marks, and what they name, each once, in the order of the text."""
    known: dict[str, None] = {}
    unknown: dict[str, None] = {}
    kept: list[str] = []
    position = 0
    for start, end, names in _marks(folded(raw), offered):
        if not _JOINT.fullmatch(folded(raw[position:start])) or not kept:
            kept.append(raw[position:start])
        position = end
        for name in names:
            (known if name in offered else unknown)[name] = None
    kept.append(raw[position:])
    text = _SPACE_BEFORE.sub("", _EMPTY.sub("", "".join(kept)) if known or unknown else "".join(kept))
    return Piece(text.strip(), tuple(known), tuple(unknown))


def _marks(text: str, offered: Collection[str]) -> Iterator[tuple[int, int, list[str]]]:
    """The marks of a folded text: where each stands, and the names in it; in order."""
    position = 0
    for group in [*_GROUP.finditer(text), None]:
        end = group.start() if group else len(text)
        yield from ((one.start(), one.end(), [one[0]]) for one in _bare(text, position, end, offered))
        if group is None:
            return
        position = group.end()
        if names := _names(group, offered):
            yield group.start(), group.end(), names
        else:
            yield from ((one.start(), one.end(), [one[0]]) for one in _bare(text, *group.span(), offered))


def _bare(text: str, start: int, end: int, offered: Collection[str]) -> Iterator[re.Match[str]]:
    return (one for one in _HANDLE.finditer(text, start, end) if one[0] in offered)


def _names(group: re.Match[str], offered: Collection[str]) -> list[str]:
    """The names in a pair of brackets that holds nothing else; else none."""
    content = group[1]
    if group[0][0] in "[［【" and _NUMBERS.fullmatch(content):
        return [f"[{content.strip()}]"]
    names: list[str] = _HANDLE.findall(content)
    rest = _HANDLE.split(content)
    return names if names and all(_BETWEEN.fullmatch(one) for one in rest) else []


class SentenceStream:
    """Makes sentences of a text that comes in pieces; each is given out as soon as no mark of it can follow."""

    def __init__(self, offered: Collection[str]) -> None:
        self._offered = offered
        self._pieces: list[Piece] = []
        self._breaks = 0
        self._space = ""
        self._begin()

    def _begin(self) -> None:
        self._raw = ""
        self._stop = ""
        self._gap = ""
        self._marked = False
        self._held = ""
        self._open: list[str] = []

    def feed(self, text: str) -> list[Piece]:
        """The sentences that are complete with this text."""
        for character in text:
            self._step(character)
        return self._taken()

    def finish(self) -> list[Piece]:
        """The sentences that were left, the last of them perhaps not whole."""
        while self._held:
            self._release(final=True)
        self._cut(whole=bool(self._stop))
        return self._taken()

    def _taken(self) -> list[Piece]:
        taken, self._pieces = self._pieces, []
        return taken

    def _step(self, character: str) -> None:
        if self._held:
            self._hold(character)
        elif self._stop:
            self._after_stop(character)
        elif character == "\n":
            self._cut()
            self._breaks += 1
        else:
            self._inside(character)

    def _inside(self, character: str) -> None:
        """One more character of a sentence."""
        self._raw += character
        if self._open and character in self._open[-1]:
            self._open.pop()
        elif character in _CLOSED_BY:
            self._open.append(_CLOSED_BY[character])
        quoted = self._open and len(self._raw) < _LONGEST_QUOTED
        if (character in _STOPS and not quoted) or (
            character in _POSSIBLE_STOPS and not quoted and not _NO_STOP.search(self._raw)
        ):
            self._stop = character

    def _after_stop(self, character: str) -> None:
        """A character behind a full stop: more of the sentence's end, a mark of it, or the beginning of the next."""
        sure = self._stop in _STOPS or self._marked or bool(self._gap)
        if character == "\n":
            self._cut()
            self._breaks += 1
        elif character.isspace() or (self._marked and character in _BETWEEN_MARKS):
            self._gap += character
        elif character in _OPENING or (sure and folded(character).isascii() and folded(character).isalnum()):
            self._held = character
        elif not self._gap and not self._marked and character in _QUOTES + _STOPS + self._alike():
            self._raw += character
            self._stop = character if character in _STOPS else self._stop
        elif sure or self._ends_before(character):
            self._cut()
            self._step(character)
        else:
            self._stop = ""
            self._step(character)

    def _alike(self) -> str:
        """What more may stand in a row with the stop: half-width ones with such a one."""
        return _POSSIBLE_STOPS if self._stop in _POSSIBLE_STOPS else ""

    def _ends_before(self, character: str) -> bool:
        """Whether a half-width stop ends a sentence that goes on without a space: before Chinese it may."""
        before = self._raw[-2:-1]
        return not character.isascii() and (self._stop in "!?" or not (before.isascii() and before.isalnum()))

    def _hold(self, character: str) -> None:
        """One more character of what may be a mark behind a full stop."""
        if self._held[0] not in _OPENING:
            one = folded(character)
            if one.isascii() and one.isalnum() and len(self._held) < _LONGEST_RUN:
                self._held += character
                return
            self._release()
            self._step(character)
            return
        self._held += character
        depth = sum(one in _OPENING for one in self._held) - sum(one in _CLOSING for one in self._held)
        if not depth or character == "\n" or len(self._held) > _LONGEST_GROUP:
            self._release()

    def _release(self, *, final: bool = False) -> None:
        """Decide about what was held: a mark belongs to the sentence before it, other text begins the next."""
        held, self._held = self._held, ""
        piece = resolved(held, self._offered)
        if not piece.text and (piece.handles or piece.unknown):
            self._raw += self._gap + held
            self._gap, self._marked = "", True
            return
        if self._stop in _STOPS or self._marked or self._gap or final:
            self._cut()
        self._stop = ""
        for character in held:
            self._step(character)

    def _cut(self, *, whole: bool = True) -> None:
        """End the sentence here."""
        piece = resolved(self._raw, self._offered)
        before = "\n\n" if self._breaks > 1 else "\n" if self._breaks else self._space
        if piece.text or piece.handles or piece.unknown:
            self._pieces.append(Piece(piece.text, piece.handles, piece.unknown, before, whole))
            self._breaks, self._space = 0, ""
        self._space = " " if self._gap.strip(_BETWEEN_MARKS) else self._space
        self._begin()
