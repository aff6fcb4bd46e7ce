r"""RTF files: read by a small interpreter of the RTF 1.9.1 specification.

The one library that is kept up, striprtf 0.0.35, drops foot notes, text boxes and \upr, fails where the second byte of
a Chinese character is a letter, makes two half characters of one beyond U+FFFF, and shows hidden and deleted text. A
file is a sequence of groups, control words and bytes; a word at the beginning of a group may say that the group is no
text, or another story than the body.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import ClassVar

from askspeech.errors import ReadError
from askspeech.formats.docx_fields import Field, shown_without_result
from askspeech.formats.extracted import Extracted
from askspeech.formats.rtf_fonts import Font, codec_of_page, decoded
from askspeech.formats.rtf_sink import Sink
from askspeech.formats.rtf_words import (
    CHARACTERS,
    SETTLED,
    SHOWN,
    SIGNS,
    SILENT,
    SILENT_GROUPS,
    STORIES,
    TRANSPARENT,
    State,
)
from askspeech.formats.stories import Findings, Line, assembled, note_lines, visible
from askspeech.formats.symbols import symbol

__all__ = ["read"]

_TOKEN = re.compile(
    rb"\\(?:([a-zA-Z]{1,32})(-?\d{1,10})? ?|((?:'[0-9a-fA-F]{2})(?:\\'[0-9a-fA-F]{2})*)|([^a-zA-Z]))|([{}])|([^\\{}]+)"
)
_WORD, _NUMBER, _HEX, _SIGN, _BRACE, _TEXT = range(1, 7)
_NOT_TEXT = bytes(code for code in range(0x20) if code != 0x09)
_CONTENTS_STYLE = re.compile(r"toc\s", re.IGNORECASE)
_CONTENTS_FIELD = re.compile(r"\s*TOC\b", re.IGNORECASE)
_DEEPEST = 10_000


def read(data: bytes, announce: Callable[[int], None] = lambda pages: None) -> Extracted:
    """Take the text out of an RTF file; its places are the body's paragraphs.

    Raises ReadError where it is no RTF file, is cut off, nested more than 10,000 groups deep, or holds bytes that are
    no characters of the encoding it names.
    """
    del announce  # the pages of such a file are known to its program alone
    begin = data.find(b"{\\rtf")
    if begin < 0 or data[:begin].strip(b"\xef\xbb\xbf \t\r\n\0"):
        raise ReadError(
            "it is named rtf but is no RTF file inside. Save it again as rtf, or leave it out.",
            "文件名是 rtf，内容却不是。请另存为 rtf，或移除它。",
        )
    return _Interpreter(data, begin).extracted()


class _Interpreter:
    def __init__(self, data: bytes, begin: int) -> None:
        self._data, self._at = data, begin
        self._body = Sink()
        self._headers: list[Line] = []
        self._footers: list[Line] = []
        self._notes: list[Line] = []
        self._findings = Findings()
        self._fonts: dict[int, Font] = {}
        self._default_font = -1
        self._page = "cp1252"
        self._styles: dict[int, str] = {}
        self._drawn_property = ""
        self._state = State(self._body)
        self._stack: list[State] = []
        self._bytes = bytearray()
        self._high_surrogate = 0
        self._to_skip = 0

    def extracted(self) -> Extracted:
        self._run()
        body = [*self._body.lines, *note_lines(self._notes)]
        return assembled(self._headers, body, self._footers, self._findings)

    def _run(self) -> None:
        while self._at < len(self._data):
            token = _TOKEN.match(self._data, self._at)
            if token is None:
                break
            self._at = token.end()
            kind = token.lastindex
            if kind == _TEXT:
                self._raw(token[_TEXT].translate(None, _NOT_TEXT))
            elif kind == _HEX:
                self._raw(bytes.fromhex(token[_HEX].replace(b"\\", b"").replace(b"'", b"").decode("ascii")))
            elif kind == _BRACE:
                self._flush()
                self._to_skip = 0
                if token[_BRACE] == b"{":
                    self._open()
                elif self._close():
                    return
            elif kind == _SIGN:
                self._sign(token[_SIGN])
            else:
                self._word(token[_WORD].decode("ascii"), token[_NUMBER])
        raise ReadError(
            "this rtf file was cut off before its end. Ask for another copy, or open and save it again.",
            "这个 rtf 文件不完整，结尾缺失。请换一份，或用原来的软件打开后另存。",
        )

    def _open(self) -> None:
        if len(self._stack) >= _DEEPEST:
            raise ReadError(
                f"it is nested more than {_DEEPEST:,} groups deep, which no speech is. "
                "Save its text alone as a new file.",
                f"文件嵌套超过 {_DEEPEST:,} 层，不像讲话稿。请把正文另存为一份新文件。",
            )
        self._stack.append(self._state)
        self._state = replace(self._state, group="", starred=False)

    def _close(self) -> bool:
        """A group ends; whether it was the document."""
        ended = self._state
        if len(self._stack) <= 1:
            ended.sink.end(ended.level, in_contents=self._in_contents(ended))
            return True
        self._state = self._stack.pop()
        if ended.sink is not self._state.sink:
            self._end_story(ended)
        if ended.group == "field" and ended.field is not None:
            self._end_field(ended.field)
        elif ended.captured is not None and ended.group:
            self._end_capture(ended.group, "".join(ended.captured))
        return False

    def _end_field(self, ended: Field) -> None:
        if not ended.has_shown:
            shown = shown_without_result(ended.code)
            self._findings.fields += shown is None
            self._show(shown or "")
        elif self._state.field is not None:
            self._state.field.has_shown = True

    def _end_story(self, ended: State) -> None:
        lines = ended.sink.end(ended.level, in_contents=self._in_contents(ended))
        kind = ended.sink.kind
        if kind.startswith("header"):
            self._headers += lines
        elif kind.startswith("footer"):
            self._footers += lines
        elif kind == "footnote":
            self._notes += lines
        else:
            self._state.sink.boxes += (line for line in lines if line.text.strip())

    def _end_capture(self, group: str, text: str) -> None:
        if group in ("listtext", "pntext"):
            self._state.sink.marker = text
        elif group == "fldinst" and self._state.field is not None:
            self._state.field.code += text
        elif group == "sn":
            self._drawn_property = text.strip()
        elif group == "sv" and self._drawn_property == "gtextUNICODE" and text.strip():
            self._state.sink.boxes.append(Line(text, art=True))

    def _raw(self, data: bytes) -> None:
        """Bytes of text; those that stand in for a Unicode character before them are passed over."""
        if self._to_skip:
            passed = min(self._to_skip, len(data))
            self._to_skip -= passed
            data = data[passed:]
        state = self._state
        if state.shown == SHOWN or (state.shown == SETTLED and (state.captured is not None or state.table)):
            self._bytes += data

    def _flush(self) -> None:
        if not self._bytes:
            return
        state, data = self._state, bytes(self._bytes)
        self._bytes.clear()
        if state.table:
            self._name(state, data.decode("ascii", "replace"))
            return
        text, lost = decoded(data, self._font(), self._fonts.get(state.eastern), self._page)
        self._findings.symbols += lost
        self._show(text)

    def _font(self) -> Font:
        number = self._state.font
        return self._fonts.get(number if number >= 0 else self._default_font, Font())

    def _name(self, state: State, text: str) -> None:
        """A piece of the name of a font or style; only names in ASCII tell anything."""
        if state.table == "fonttbl":
            self._fonts.setdefault(state.font, Font()).name += text
        else:
            self._styles[state.style] = self._styles.get(state.style, "") + text

    def _show(self, text: str) -> None:
        state = self._state
        if self._high_surrogate:
            self._findings.symbols += 1
            self._high_surrogate = 0
        if state.captured is not None:
            state.captured.append(text)
        elif state.shown != SHOWN:
            return
        elif state.deleted:
            self._findings.deleted += visible(text)
        elif state.hidden:
            self._findings.hidden += visible(text)
        else:
            state.sink.add(text, in_contents=state.contents)
            if state.field is not None and text:
                state.field.has_shown = True

    def _sign(self, sign: bytes) -> None:
        if self._to_skip:
            self._to_skip -= 1
        elif sign == b"*":
            self._state.starred = True
        elif sign in b"\r\n":
            self._word("par", None)
        elif sign in SIGNS:
            self._flush()
            self._show(SIGNS[sign])

    def _word(self, word: str, number: bytes | None) -> None:
        if word == "bin":
            self._at += max(0, int(number or 0))
        if self._to_skip and word in CHARACTERS:
            self._to_skip -= 1
            return
        self._to_skip = 0
        self._flush()
        value = None if number is None else int(number)
        starred, self._state.starred = self._state.starred, False
        if self._state.shown == SILENT:
            return
        if word in CHARACTERS:
            self._show(CHARACTERS[word])
        elif word in self._WORDS:
            self._WORDS[word](self, value)
        elif word in STORIES:
            self._story(word)
        elif word in self._GROUPS:
            self._state.group = word
            self._GROUPS[word](self)
        elif word in SILENT_GROUPS or (starred and word not in TRANSPARENT):
            self._state.shown = SILENT

    def _story(self, word: str) -> None:
        """The group is a story of its own: its paragraphs begin afresh."""
        state = self._state
        state.sink, state.shown, state.captured = Sink(word), SHOWN, None
        state.level, state.style, state.list_id, state.contents = 0, 0, 0, False

    def _in_contents(self, state: State) -> bool:
        return _CONTENTS_STYLE.match(self._styles.get(state.style, "").strip()) is not None

    def _takes_marks(self) -> bool:
        """Whether the marks of paragraphs and cells count here; a deleted or hidden one joins two paragraphs."""
        state = self._state
        return state.shown == SHOWN and state.captured is None and not (state.deleted or state.hidden)

    def _end_paragraph(self, _: int | None) -> None:
        if self._takes_marks():
            state = self._state
            self._findings.unnumbered += state.list_id > 0 and state.sink.marker is None
            state.sink.end_paragraph(state.level, in_contents=self._in_contents(state))

    def _end_cell(self, level: int) -> None:
        if self._takes_marks():
            self._state.sink.end_cell(level, in_contents=self._in_contents(self._state))

    def _end_row(self, level: int) -> None:
        if self._takes_marks():
            self._state.sink.end_row(level)

    def _unicode(self, value: int | None) -> None:
        r"""The character of \u, half of one beyond U+FFFF, or a place in a symbol font."""
        code = (value or 0) % 0x10000 if (value or 0) < 0 else value or 0
        self._to_skip = self._state.fallback
        if 0xD800 <= code < 0xDC00:
            self._findings.symbols += self._high_surrogate > 0
            self._high_surrogate = code
            return
        if 0xDC00 <= code < 0xE000 and self._high_surrogate:
            code = 0x10000 + ((self._high_surrogate - 0xD800) << 10) + (code - 0xDC00)
            self._high_surrogate = 0
        character = "" if code < 0x20 or 0xD800 <= code < 0xE000 or code > 0x10FFFF else chr(code)
        if character and self._font().has_symbols:
            character = symbol(self._font().family, code)
        self._findings.symbols += not character
        self._show(character)

    def _set_associated_font(self, value: int | None) -> None:
        if self._state.sets_eastern and value is not None:
            self._state.eastern = value

    def _describe_font(self, name: str, value: int | None) -> None:
        if self._state.table and value is not None:
            setattr(self._fonts.setdefault(self._state.font, Font()), name, value)

    def _set_page(self, value: int | None) -> None:
        self._page = codec_of_page(value or 1252)

    def _set(self, name: str, value: object) -> None:
        setattr(self._state, name, value)

    def _plain(self, _: int | None) -> None:
        self._state.hidden, self._state.font, self._state.eastern = False, -1, -1

    def _new_paragraph(self, _: int | None) -> None:
        self._state.style, self._state.level, self._state.list_id = 0, 0, 0

    def _revised(self, value: int | None) -> None:
        self._findings.inserted |= value != 0 and self._state.shown == SHOWN

    def _field(self) -> None:
        self._state.field = Field()

    def _field_result(self) -> None:
        field = self._state.field
        if field is not None:
            field.in_result = True
            self._state.contents |= _CONTENTS_FIELD.match(field.code) is not None

    def _capture(self) -> None:
        self._state.captured = []

    def _picture(self) -> None:
        self._findings.pictures += 1
        self._state.shown = SILENT

    def _comment(self) -> None:
        self._findings.comments += 1
        self._state.shown = SILENT

    def _table_of(self, name: str) -> None:
        self._state.table, self._state.shown = name, SETTLED

    _WORDS: ClassVar[Mapping[str, Callable[["_Interpreter", int | None], None]]] = {
        "par": _end_paragraph,
        "sect": _end_paragraph,
        "cell": lambda self, _: self._end_cell(1),
        "nestcell": lambda self, _: self._end_cell(max(2, self._state.level)),
        "row": lambda self, _: self._end_row(1),
        "nestrow": lambda self, _: self._end_row(max(2, self._state.level)),
        "u": _unicode,
        "uc": lambda self, value: self._set("fallback", min(value or 0, 8)),
        "f": lambda self, value: self._set("font", -1 if value is None else value),
        "af": _set_associated_font,
        "dbch": lambda self, _: self._set("sets_eastern", True),
        "hich": lambda self, _: self._set("sets_eastern", False),
        "loch": lambda self, _: self._set("sets_eastern", False),
        "deff": lambda self, value: setattr(self, "_default_font", -1 if value is None else value),
        "fcharset": lambda self, value: self._describe_font("charset", value),
        "cpg": lambda self, value: self._describe_font("page", value),
        "ansicpg": _set_page,
        "mac": lambda self, _: self._set_page(10000),
        "pc": lambda self, _: self._set_page(437),
        "pca": lambda self, _: self._set_page(850),
        "v": lambda self, value: self._set("hidden", value != 0),
        "deleted": lambda self, value: self._set("deleted", value != 0),
        "revised": _revised,
        "plain": _plain,
        "pard": _new_paragraph,
        "intbl": lambda self, _: self._set("level", max(1, self._state.level)),
        "itap": lambda self, value: self._set("level", min(value or 0, 100)),
        "s": lambda self, value: self._set("style", value or 0),
        "ls": lambda self, value: self._set("list_id", value or 0),
    }
    _GROUPS: ClassVar[Mapping[str, Callable[["_Interpreter"], None]]] = {
        "fonttbl": lambda self: self._table_of("fonttbl"),
        "stylesheet": lambda self: self._table_of("stylesheet"),
        "field": _field,
        "fldinst": _capture,
        "fldrslt": _field_result,
        "listtext": _capture,
        "pntext": _capture,
        "sn": _capture,
        "sv": _capture,
        "pict": _picture,
        "annotation": _comment,
        "object": lambda self: self._set("shown", SETTLED),
        "result": lambda self: self._set("shown", SHOWN),
        "shp": lambda self: self._set("shown", SETTLED),
        "shpgrp": lambda self: self._set("shown", SETTLED),
        "shpinst": lambda self: self._set("shown", SETTLED),
        "do": lambda self: self._set("shown", SETTLED),
        "upr": lambda self: self._set("shown", SETTLED),
        "ud": lambda self: self._set("shown", SHOWN),
    }
