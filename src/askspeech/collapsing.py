"""One of several near copies is shown, the others are named. Pure."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace

from askspeech.fusion import Scored

__all__ = ["collapse"]


def collapse(
    ranked: Sequence[Scored], groups: Mapping[str, Hashable], blanks: Callable[[str], int]
) -> list[tuple[Scored, tuple[str, ...]]]:
    """The ranked passages, each group of near copies once, with the ids of the copies that are not shown.

    The group stands where its best copy stood; shown is the copy of the fewest blanks, the better one of equals. Only
    copies that were found take part, so filters hold.
    """
    members: dict[Hashable, list[Scored]] = {}
    for scored in ranked:
        if scored.id in groups:
            members.setdefault(groups[scored.id], []).append(scored)
    shown: list[tuple[Scored, tuple[str, ...]]] = []
    done: set[Hashable] = set()
    for scored in ranked:
        group = groups.get(scored.id)
        if group is None:
            shown.append((scored, ()))
        elif group not in done:
            done.add(group)
            best = min(members[group], key=lambda member: blanks(member.id))
            others = tuple(member.id for member in members[group] if member.id != best.id)
            shown.append((replace(best, score=scored.score), others))
    return shown
