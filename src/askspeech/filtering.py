"""Filters: which speeches they keep, what there is to choose from, and what a reader should know of it. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from askspeech.bilingual import Bilingual
from askspeech.datatypes import Filters, Speech
from askspeech.tokens import search_key

__all__ = ["FILTERS", "NOTHING_FILTERED", "filter_notices", "kept_speeches", "known_values"]

NOTHING_FILTERED = Bilingual("No speech in the index matches the filters.", "没有讲话符合筛选条件。")

FILTERS: Mapping[str, str] = MappingProxyType(
    {"speech": "讲话", "file": "文件", "level": "层级", "place": "地点", "year": "年份", "kind": "类型"}
)
"""The fields of `Filters`, with their Chinese names."""

_FACTS = ("level", "place", "year", "kind")
_LEVELS = ("国家", "省", "市", "区", "县", "乡镇", "部门")
_VALUES_NAMED = 10
_ID = re.compile(r"[0-9a-f]{32}")
_VALUE_CHARACTERS = 40


def kept_speeches(speeches: Iterable[Speech], filters: Filters | None) -> list[Speech] | None:
    """The speeches that pass, in order; None where nothing is filtered.

    Width, case, traditional characters and white space make no difference.
    """
    return _sifted(speeches, filters)[0] if filters else None


def filter_notices(speeches: Iterable[Speech], filters: Filters | None) -> tuple[str, ...]:
    """What readers should know: that nothing passes, which values no speech has, what is left out as unknown."""
    if not filters:
        return ()
    held = list(speeches)
    kept, untold = _sifted(held, filters)
    nothing = () if kept else (NOTHING_FILTERED,)
    unknown = (_unknown_notice(held, kept, name, _wanted(filters, name)) for name in FILTERS)
    return (*nothing, *filter(None, unknown), *(_untold_notice(name, untold[name]) for name in _FACTS if untold[name]))


def known_values(speeches: Iterable[Speech], name: str) -> dict[str, int]:
    """The values that a field of `Filters` can take, with how many speeches have each; for speeches, their titles.

    Levels come from the highest down, years from the latest, files and titles in their order, others by number.
    """
    found = Counter(value for speech in speeches for value in dict.fromkeys(_values(speech, name)))
    if name == "level":
        return dict(sorted(found.items(), key=lambda item: (_rank(item[0]), item[0])))
    if name == "year":
        return dict(sorted(found.items(), reverse=True))
    return dict(found) if name in ("speech", "file") else dict(sorted(found.items(), key=lambda item: -item[1]))


def _wanted(filters: Filters, name: str) -> tuple[str, ...]:
    """The alternatives of one field; a lone string, which Python would take for its letters, is one value."""
    values: str | Sequence[str] = getattr(filters, name)
    return (values,) if isinstance(values, str) else tuple(values)


def _sifted(speeches: Iterable[Speech], filters: Filters) -> tuple[list[Speech], Counter[str]]:
    """The speeches that pass, and by fact how many it alone leaves out because they do not say it."""
    tests = {name: _test(name, wanted) for name in FILTERS if (wanted := _wanted(filters, name))}
    kept: list[Speech] = []
    untold: Counter[str] = Counter()
    for speech in speeches:
        failed = [name for name, passes in tests.items() if not passes(speech)]
        if not failed:
            kept.append(speech)
        elif len(failed) == 1 and failed[0] in _FACTS and not speech.values(failed[0]):
            untold[failed[0]] += 1
    return kept, untold


def _test(name: str, wanted: Sequence[str]) -> Callable[[Speech], bool]:
    """Whether a speech has one of these values; there may be many thousand speeches."""
    if name == "file":
        return lambda speech: speech.file in wanted
    if name == "speech":
        ids = frozenset(value for value in wanted if _ID.fullmatch(value))
        words = {key for value in wanted if value not in ids and (key := _key(value))}
        return lambda speech: speech.id in ids or any(key in _key(speech.title) for key in words)
    keys = {key for key in map(_key, wanted) if key}
    return lambda speech: any(fact.name == name and _key(fact.value) in keys for fact in speech.facts)


@lru_cache(maxsize=1 << 16)
def _key(text: str) -> str:
    return "".join(search_key(text).split())


def _values(speech: Speech, name: str) -> tuple[str, ...]:
    if name in _FACTS:
        return speech.values(name)
    return (speech.file if name == "file" else speech.title,)


def _rank(level: str) -> int:
    return _LEVELS.index(level) if level in _LEVELS else len(_LEVELS)


def _unknown_notice(speeches: Sequence[Speech], kept: Sequence[Speech], name: str, wanted: Sequence[str]) -> str:
    """A sentence that names the values that no speech has, and those there are."""
    tests = {value: _test(name, (value,)) for value in wanted}
    unknown = [value for value, has in tests.items() if not any(map(has, (*kept, *speeches)))]
    if not unknown:
        return ""
    known = known_values(speeches, name)
    if not known:
        return ""
    quoted = [f"“{_shortened(value)}”" for value in unknown]
    said = ", ".join(quoted)
    what = "a title with" if name == "speech" else f"the {name}"
    named, rest = _named(known, unknown)
    listed = ", ".join(named)
    more, more_english, more_chinese = _rest(rest)
    return Bilingual(
        f"No speech has {what} {said}; the index has: {listed}{more_english}.",
        f"没有{FILTERS[name]}是{'、'.join(quoted)}的讲话；现有：{'、'.join(named)}{more_chinese}。",
        f"No speech has {what} {said} 没有这样的{FILTERS[name]}; the index has 现有: {listed}{more}.",
    )


def _rest(number: int) -> tuple[str, str, str]:
    """That there are more than are named: in both languages, in English and in Chinese."""
    if not number:
        return "", "", ""
    return f", … ({number} in all 共 {number} 个)", f", … ({number} in all)", f"……（共 {number} 个）"


def _named(known: Iterable[str], unknown: Iterable[str]) -> tuple[list[str], int]:
    """The values there are; where they are too many, those most like what was asked for, and how many there are."""
    values = list(known)
    asked = set(_key("".join(unknown)))
    alike = sorted(values, key=lambda value: -len(asked & set(_key(value)))) if len(values) > _VALUES_NAMED else values
    rest = len(values) if len(values) > _VALUES_NAMED else 0
    return [_shortened(value) for value in alike[:_VALUES_NAMED]], rest


def _untold_notice(name: str, count: int) -> str:
    return Bilingual(
        f"Left out, as their {name} is not known: {_counted(count)}.",
        f"另有 {count} 篇讲话没有标明{FILTERS[name]}，不在查找范围内。",
    )


def _counted(speeches: int) -> str:
    return f"{speeches} speech" if speeches == 1 else f"{speeches} speeches"


def _shortened(value: str) -> str:
    line = " ".join(value.split())
    return line if len(line) <= _VALUE_CHARACTERS else line[:_VALUE_CHARACTERS] + "…"
