"""What the page "at a glance" shows, as the fragment of its address: a term, how it is counted, what is listed.

Everything stands behind `#`, where no server's log has it. A fragment is `key=value` pairs joined by `&`; keys that are
none of ours are left alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl, quote

from askspeech.datatypes import Filters, Speech
from askspeech.glance import FACTS, MAX_TERM_CHARACTERS

__all__ = ["MEASURES", "USES_AT_ONCE", "GlanceView", "fragment_of", "parsed_view"]

MEASURES = ("uses", "rate", "using")
"""What a term's bars show: how often it is used, that per 10,000 characters, and in how many speeches."""

USES_AT_ONCE = 50
"""How many uses of a term are listed before a link to more."""

_CHOOSING = (*FACTS, "speech")
_UNTOLD = "untold"
_MOST_PAIRS = 50
_LONGEST = 8000


@dataclass(frozen=True, slots=True)
class GlanceView:
    """What is shown: all speeches or the uses of a term; and the speeches that are listed beside the charts.

    `chosen` is the fact (year, level, place, kind) that the listed speeches share, or "speech"; `value` is the fact's
    value, None for the speeches that do not tell it, or the speech's id. Without `chosen` nothing is listed.
    """

    term: str = ""
    by: str = "year"
    measure: str = "uses"
    chosen: str = ""
    value: str | None = None
    listed: int = USES_AT_ONCE

    def of(self, chosen: str, value: str | None) -> "GlanceView":
        """The same with other speeches listed."""
        return replace(self, chosen=chosen, value=value, listed=USES_AT_ONCE)

    def lists(self, speech: Speech) -> bool:
        """Whether a speech is among those that are listed."""
        if self.chosen == "speech":
            return speech.id == self.value
        told = speech.values(self.chosen)
        return self.value in told if self.value is not None else bool(self.chosen) and not told

    @property
    def filters(self) -> Filters:
        """The filters that keep the listed speeches; none where no filter can."""
        return Filters(**{self.chosen: (self.value,)}) if self.chosen and self.value is not None else Filters()


def fragment_of(view: GlanceView) -> str:
    """The fragment of the view's address, `#` first; what is as it is by default is left out."""
    return "#" + "&".join(f"{key}={quote(value, safe='', errors='replace')}" for key, value in _pairs(view))


def _pairs(view: GlanceView) -> Iterator[tuple[str, str]]:
    plain = GlanceView()
    if view.term:
        yield "term", view.term
    for name in ("by", "measure"):
        if getattr(view, name) != getattr(plain, name):
            yield name, getattr(view, name)
    if view.chosen:
        yield (_UNTOLD, view.chosen) if view.value is None else (view.chosen, view.value)
    if view.listed != plain.listed:
        yield "listed", str(view.listed)


def parsed_view(text: str) -> GlanceView:
    """The view of a fragment; what cannot be understood is left out, as is a term longer than any is looked for."""
    try:
        pairs = parse_qsl(text[: _LONGEST + 1].removeprefix("#"), max_num_fields=_MOST_PAIRS)
    except ValueError:
        # More pairs than any fragment of ours has.
        return GlanceView()
    if len(text) > _LONGEST:
        return GlanceView()
    values = dict(reversed(pairs))
    chosen, value = next(((key, value) for key, value in pairs if key in _CHOOSING), ("", None))
    if not chosen and values.get(_UNTOLD) in FACTS:
        chosen = values[_UNTOLD]
    return GlanceView(
        term=values.get("term", "").strip()[: MAX_TERM_CHARACTERS + 1],
        by=_one_of(values.get("by"), FACTS, "year"),
        measure=_one_of(values.get("measure"), MEASURES, "uses"),
        chosen=chosen,
        value=value,
        listed=_count(values.get("listed", "")),
    )


def _one_of(value: str | None, known: tuple[str, ...], default: str) -> str:
    return value if value in known else default


def _count(value: str) -> int:
    asked = int(value) if value.isascii() and value.isdigit() and len(value) <= len("10000") else 0
    return max(asked, USES_AT_ONCE)
