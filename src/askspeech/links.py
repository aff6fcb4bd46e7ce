"""Links that carry a question and its filters behind `#`, where no server's log has them. Pure.

A fragment is `key=value` pairs joined by `&`: `q` is the question, the fields of `Filters` may stand several times.
Other keys belong to others and are left alone.
"""

from dataclasses import dataclass, field, fields
from urllib.parse import parse_qsl, quote

from askspeech.datatypes import Filters
from askspeech.settings import MAX_FILTER_VALUES, MAX_QUESTION_CHARACTERS

__all__ = ["Linked", "fragment", "parsed_fragment"]

_QUESTION = "q"
_FIELDS = tuple(one.name for one in fields(Filters))
_MOST_PAIRS = 500
_LONGEST = 16 * MAX_QUESTION_CHARACTERS


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link asks for: a question to stand in the box, and filters to be chosen."""

    question: str = ""
    filters: Filters = field(default_factory=Filters)

    def __bool__(self) -> bool:
        """Whether the link asks for anything."""
        return bool(self.question or self.filters)


def fragment(linked: Linked) -> str:
    """The fragment of a link, `#` first."""
    pairs = [(_QUESTION, linked.question)] if linked.question else []
    pairs += [(name, value) for name in _FIELDS for value in getattr(linked.filters, name)]
    return "#" + "&".join(f"{name}={quote(value, safe='', errors='replace')}" for name, value in pairs)


def parsed_fragment(text: str) -> Linked:
    """What a fragment asks for; nothing for one that is none of ours, or longer than any of ours."""
    try:
        pairs = parse_qsl(text[: _LONGEST + 1].removeprefix("#"), max_num_fields=_MOST_PAIRS)
    except ValueError:
        # More pairs than any link of ours has.
        return Linked()
    if len(text) > _LONGEST:
        return Linked()
    given = {name: dict.fromkeys(value for key, value in pairs if key == name) for name in _FIELDS}
    values = {name: tuple(some)[:MAX_FILTER_VALUES] for name, some in given.items()}
    question = next((value for key, value in pairs if key == _QUESTION), "")
    return Linked(question, Filters(**values))
