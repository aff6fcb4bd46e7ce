"""Questions that an index can surely answer, made from the headings of its speeches."""

import re
from collections.abc import Iterator, Mapping, Sequence

from askspeech.blanks import find_blanks
from askspeech.datatypes import Section, Speech

__all__ = ["example_questions"]

_SHORTEST, _LONGEST = 5, 22
_PLAIN = re.compile(r"^[\w“”‘’《》、，+]+$")


def example_questions(outlines: Mapping[Speech, Sequence[Section]], count: int) -> list[str]:
    """At most `count` questions, the speeches taking turns, in the order of the speeches and of their sections."""
    queues = [list(_questions(sections)) for sections in outlines.values()]
    questions: list[str] = []
    for turn in range(max((len(queue) for queue in queues), default=0)):
        questions += [queue[turn] for queue in queues if turn < len(queue)]
    return list(dict.fromkeys(questions))[:count]


def _questions(sections: Sequence[Section]) -> Iterator[str]:
    """Questions for the items of a section that has several, then for what an item says."""
    children: dict[str | None, int] = {}
    for section in sections:
        children[section.parent_id] = children.get(section.parent_id, 0) + 1
    headings = [(section, _topic(section)) for section in sections]
    for section, topic in headings:
        if topic and children.get(section.id, 0) >= 3:
            yield f"“{topic}”讲了哪几条？"
    for section, topic in headings:
        if topic and section.id not in children and len(topic) <= 14:
            yield f"“{topic}”具体是怎么说的？"


def _topic(section: Section) -> str | None:
    """A heading without its marker, where it is short, plain and holds no blank."""
    heading = "".join(section.heading.split()).removeprefix("".join(section.marker.split())).strip("“”。，：；")
    plain = _SHORTEST <= len(heading) <= _LONGEST and _PLAIN.match(heading) and not re.search("[“”‘’]", heading)
    return heading if plain and not list(find_blanks(heading)) else None
