"""What a source was read as, as one self-contained HTML page. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from askspeech.datatypes import Document, Language, Speech
from askspeech.drop_reasons import reason_in_both, reason_text
from askspeech.inspection import Stretch, reasons, stretches
from askspeech.rendering import shown_file

__all__ = ["inspection_page"]

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --dim: #888; }
body { font: 16px/1.9 "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", SimSun, serif; max-width: 46em;
  margin: 2em auto; padding: 0 1em; }
header, .speech { font-family: system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
h1 { font-size: 1.25em; line-height: 1.5; overflow-wrap: anywhere; }
table { border-collapse: collapse; font-size: 14px; } td, th { padding: .1em .8em; text-align: left; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; }
.speech { display: block; border-top: 3px solid #b5302a; margin: 1.5em 0 .5em; padding-top: .4em; font-size: 14px;
  color: var(--dim); white-space: normal; }
.speech b { color: #b5302a; font-size: 16px; }
del { color: var(--dim); text-decoration: line-through; background: #8881; }
del.space { text-decoration: none; } del.space::before { content: attr(data-mark); }
del > small { text-decoration: none; font: 11px system-ui, sans-serif; border: 1px solid var(--line);
  border-radius: 3px; padding: 0 .3em; margin-left: .3em; }
.title { font-weight: 700; font-size: 1.25em; color: #b5302a; }
.depth { font-weight: 700; } .depth1 { color: #1a5fb4; font-size: 1.1em; } .depth2 { color: #26794b; }
.depth3 { color: #8a5a00; } .depth4 { color: #7a3e9d; }
.blank { background: #f6d32d66; border-radius: 3px; } .gap { background: #e01b2433; font-weight: 700; }
"""
_LEGEND = (
    ("title", ("题目", "title")),
    ("depth depth1", ("一级标题", "heading")),
    ("depth depth2", ("二级", "level 2")),
    ("depth depth3", ("三级", "level 3")),
    ("blank", ("隐去的内容", "blank")),
    ("gap", ("缺失的部分", "gap")),
)
_FACTS = {
    "occasion": "场合",
    "place": "地点",
    "level": "层级",
    "date": "日期",
    "year": "年份",
    "kind": "类型",
    "office": "职务",
    "addressed": "讲话对象",
}
_Words = tuple[str, str]
"""The same in Chinese and in English."""


def inspection_page(document: Document, language: Language | None = None) -> str:
    """The page: a summary, a legend, and the whole source with what was left out struck through.

    Args:
        document: the source and what was understood of it.
        language: of the words around it; both where none is named.
    """
    return "".join(_Page(document, language).parts())


@dataclass(frozen=True, slots=True)
class _Page:
    document: Document
    language: Language | None

    def parts(self) -> Iterator[str]:
        file = self.document.source.file
        name = escape(file if self.language is None else shown_file(file))
        code = "en" if self.language == "en" else "zh-CN"
        yield f'<!DOCTYPE html>\n<html lang="{code}"><head><meta charset="utf-8"><title>{name}</title>'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<style>{_STYLE}</style></head><body><header><h1>{name}</h1>{self._summary()}<p>"
        yield " ".join(f'<span class="{kind}">{self._in(words)}</span>' for kind, words in _LEGEND)
        left_out, reason = self._in(("略去的文字", "left out")), self._in(("原因", "reason"))
        yield f' <del>{left_out}<small>{reason}</small></del></p></header><div class="text">'
        yield from (self._stretch(stretch) for stretch in stretches(self.document))
        yield "</div></body></html>\n"

    def _in(self, words: _Words) -> str:
        chinese, english = words
        return {"zh": chinese, "en": english, None: f"{chinese} {english}"}[self.language]

    def _reason(self, reason: str) -> str:
        return reason_in_both(reason) if self.language is None else reason_text(reason, self.language)

    def _summary(self) -> str:
        """Numbers of the whole file, in which the text outside its speeches counts."""
        document, left_out = self.document, self._in(("略去", "left out"))
        colon = "：" if self.language == "zh" else ": "
        rows = [
            (self._in(("讲话", "speeches")), len(document.speeches)),
            (self._in(("标题和条目", "headings and items")), len(document.sections)),
            (self._in(("段落", "passages")), len(document.passages)),
            (self._in(("全文字数", "characters in all")), len(document.source.text)),
            *((f"{left_out}{colon}{self._reason(reason)}", count) for reason, count in reasons(document).items()),
        ]
        cells = "".join(f"<tr><td>{escape(name)}</td><td>{count:,}</td></tr>" for name, count in rows)
        return f"<table>{cells}</table>"

    def _stretch(self, stretch: Stretch) -> str:
        before = self._speech(stretch.begins) if stretch.begins else ""
        if stretch.dropped:
            return before + _dropped(stretch, escape(self._reason(stretch.dropped)))
        classes = _classes(stretch)
        text = escape(stretch.text)
        return before + (f'<span class="{" ".join(classes)}">{text}</span>' if classes else text)

    def _speech(self, speech: Speech) -> str:
        facts = "　".join(f"{escape(self._fact(fact.name))}: {escape(fact.value)}" for fact in speech.facts)
        derived = f" （{self._in(('根据内容拟的题目', 'derived'))}）" if speech.title_derived else ""
        return f'<span class="speech"><b>{escape(speech.title)}</b>{derived}<br>{facts}</span>'

    def _fact(self, name: str) -> str:
        return _FACTS.get(name, name) if self.language == "zh" else name


def _dropped(stretch: Stretch, reason: str) -> str:
    if not stretch.text.strip():
        mark = "⏎" if any(end in stretch.text for end in "\n\r\f\v") else "␣"
        return f'<del class="space" title="{reason}" data-mark="{mark}"></del>'
    kind = ' class="gap"' if stretch.gap else ""
    return f'<del{kind} title="{reason}">{escape(stretch.text)}<small>{reason}</small></del>'


def _classes(stretch: Stretch) -> list[str]:
    classes = ["title"] if stretch.title else []
    if stretch.depth:
        classes += ["depth", f"depth{min(stretch.depth, 4)}"]
    return [*classes, *(["blank"] if stretch.blank else [])]
