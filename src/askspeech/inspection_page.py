"""What a source was read as, as one self-contained HTML page. Pure."""

from collections.abc import Iterator
from html import escape

from askspeech.datatypes import Document, Speech
from askspeech.inspection import Stretch, reasons, stretches

__all__ = ["inspection_page"]

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --dim: #888; }
body { font: 16px/1.9 "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", SimSun, serif; max-width: 46em;
  margin: 2em auto; padding: 0 1em; }
header, .speech { font-family: system-ui, "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif; }
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
    ("title", "题目 title"),
    ("depth depth1", "一级标题 heading"),
    ("depth depth2", "二级 level 2"),
    ("depth depth3", "三级 level 3"),
    ("blank", "隐去的内容 blank"),
    ("gap", "缺失的部分 gap"),
)


def inspection_page(document: Document) -> str:
    """The page: a summary, a legend, and the whole source with what was dropped struck through."""
    return "".join(_page(document))


def _page(document: Document) -> Iterator[str]:
    name = escape(document.source.file)
    yield f'<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8"><title>{name}</title>'
    yield f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body>'
    yield f"<header><h1>{name}</h1>{_summary(document)}<p>"
    yield " ".join(f'<span class="{kind}">{label}</span>' for kind, label in _LEGEND)
    yield ' <del>删去的文字<small>原因 reason</small></del></p></header><div class="text">'
    yield from (_stretch(stretch) for stretch in stretches(document))
    yield "</div></body></html>\n"


def _summary(document: Document) -> str:
    rows = [
        ("讲话 speeches", len(document.speeches)),
        ("标题和条目 sections", len(document.sections)),
        ("段落 passages", len(document.passages)),
        ("字数 characters", len(document.source.text)),
        *((f"删去 dropped: {reason}", count) for reason, count in reasons(document).items()),
    ]
    cells = "".join(f"<tr><td>{escape(name)}</td><td>{count:,}</td></tr>" for name, count in rows)
    return f"<table>{cells}</table>"


def _stretch(stretch: Stretch) -> str:
    before = _speech(stretch.begins) if stretch.begins else ""
    if stretch.dropped:
        return before + _dropped(stretch)
    classes = _classes(stretch)
    text = escape(stretch.text)
    return before + (f'<span class="{" ".join(classes)}">{text}</span>' if classes else text)


def _dropped(stretch: Stretch) -> str:
    reason = escape(stretch.dropped)
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


def _speech(speech: Speech) -> str:
    facts = "　".join(f"{escape(fact.name)}: {escape(fact.value)}" for fact in speech.facts)
    derived = " （根据内容拟的题目 derived）" if speech.title_derived else ""
    return f'<span class="speech"><b>{escape(speech.title)}</b>{derived}<br>{facts}</span>'
