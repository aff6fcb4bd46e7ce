"""One of several near copies is shown, the others are named. Pure."""

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace

from askspeech.datatypes import Passage
from askspeech.fusion import Scored
from askspeech.tokens import search_key

__all__ = ["Copy", "as_copy", "collapse"]

_FIGURE = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Copy:
    """What tells a passage from its near copies: how much of it is blanked out, and the figures that it shows."""

    blanks: int
    figures: frozenset[str]


def as_copy(passage: Passage) -> Copy:
    """A passage as one of several copies."""
    return Copy(len(passage.blanks), frozenset(_FIGURE.findall(search_key(passage.text))))


def collapse(
    ranked: Sequence[Scored], groups: Mapping[str, Hashable], copy: Callable[[str], Copy]
) -> list[tuple[Scored, tuple[str, ...]]]:
    """The ranked passages, each group of near copies once, with the ids of the copies that are not shown.

    The group stands where its best copy stood; shown is the copy of the fewest blanks, the better one of equals. A
    copy that shows a figure which that one hides keeps its own place. Only copies that were found take part, so
    filters hold.
    """
    members: dict[Hashable, list[Scored]] = {}
    for scored in ranked:
        if scored.id in groups:
            members.setdefault(groups[scored.id], []).append(scored)
    shown: list[tuple[Scored, tuple[str, ...]]] = []
    hidden: set[str] = set()
    done: set[Hashable] = set()
    for scored in ranked:
        group = groups.get(scored.id)
        if group is None or (group in done and scored.id not in hidden):
            shown.append((scored, ()))
        elif group not in done:
            done.add(group)
            copies = {member.id: copy(member.id) for member in members[group]}
            best = min(members[group], key=lambda member: copies[member.id].blanks)
            kept = copies.pop(best.id)
            others = tuple(identity for identity, one in copies.items() if _adds_nothing(one, kept))
            hidden |= {best.id, *others}
            shown.append((replace(best, score=scored.score), others))
            if scored.id not in hidden:
                shown.append((scored, ()))
                hidden.add(scored.id)
    return shown


def _adds_nothing(copy: Copy, to: Copy) -> bool:
    return copy.figures <= to.figures
