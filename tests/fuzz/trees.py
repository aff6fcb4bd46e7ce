"""Changes of the XML in a package that leave it well-formed: elements go, come twice, move, or get odd values."""

import contextlib
import random
from collections.abc import Callable, Sequence
from copy import deepcopy
from typing import Any

from lxml import etree
from tests.fuzz.changes import EXTREMES, ODD
from tests.fuzz.inputs import MEMBER

__all__ = ["changed_package"]

DEEP = 300
MANY = 300
Change = Callable[[random.Random, list[Any], list[Any]], None]


def changed_package(data: bytes, seeds: Sequence[bytes], chance: random.Random, most: int) -> bytes | None:
    """The members with one to six changes in the tree of one of them; None where none has a tree."""
    parts = MEMBER.split(b"\n" + data)
    places = [at for at in range(2, len(parts), 2) if parts[at].lstrip().startswith(b"<")]
    if not places:
        return None
    at = max(chance.sample(places, min(2, len(places))), key=lambda place: len(parts[place]))
    root = parsed(parts[at])
    other = MEMBER.split(b"\n" + chance.choice(seeds))
    others = parsed(chance.choice([part for part in other[2::2] if part.lstrip().startswith(b"<")]))
    if root is None or others is None:
        return None
    for _ in range(chance.choice((1, 2, 3, 6))):
        with contextlib.suppress(ValueError):  # a name that was repaired can be no name for lxml
            chance.choice(CHANGES)(chance, list(root.iter("*")), list(others.iter("*")))
    try:
        parts[at] = etree.tostring(root, encoding="utf-8")
    except etree.LxmlError:  # what was repaired cannot always be written
        return None
    made = b"".join(b"\n@@%s@@\n" % name + content for name, content in zip(parts[1::2], parts[2::2], strict=True))
    return made if len(made) <= most else None


def parsed(content: bytes) -> Any:
    try:
        return etree.fromstring(content, etree.XMLParser(recover=True, resolve_entities=False, huge_tree=True))
    except etree.XMLSyntaxError:
        return None


def _remove(chance: random.Random, found: list[Any], _: list[Any]) -> None:
    one = chance.choice(found)
    if one.getparent() is not None:
        one.getparent().remove(one)


def _repeat(chance: random.Random, found: list[Any], _: list[Any]) -> None:
    one = chance.choice(found)
    if one.getparent() is not None and sum(1 for _ in one.iter()) < MANY:
        for _ in range(chance.choice((1, 1, 5, MANY))):
            one.addnext(deepcopy(one))


def _move(chance: random.Random, found: list[Any], _: list[Any]) -> None:
    one, to = chance.choice(found), chance.choice(found)
    if one.getparent() is not None and one not in [to, *to.iterancestors()]:
        to.insert(chance.randrange(len(to) + 1), one)


def _nest(chance: random.Random, found: list[Any], _: list[Any]) -> None:
    """An element inside itself, or inside many like its parent."""
    one = chance.choice(found)
    if sum(1 for _ in one.iter()) < MANY:
        copy = deepcopy(one)
        for _ in range(chance.choice((1, 2, DEEP)) if len(one) < 3 else 1):
            outer = etree.Element(one.tag, dict(one.attrib), one.nsmap)
            outer.append(copy)
            copy = outer
        one.append(copy)


def _splice(chance: random.Random, found: list[Any], others: list[Any]) -> None:
    to, one = chance.choice(found), chance.choice(others)
    if sum(1 for _ in one.iter()) < MANY:
        to.insert(chance.randrange(len(to) + 1), deepcopy(one))


def _rename(chance: random.Random, found: list[Any], others: list[Any]) -> None:
    chance.choice(found).tag = chance.choice(found + others).tag


def _set_attribute(chance: random.Random, found: list[Any], others: list[Any]) -> None:
    """A value that another attribute has, an extreme number, or none."""
    with_attributes = [one for one in found + others if one.attrib]
    if not with_attributes:
        return
    to = chance.choice(found) if chance.random() < 0.2 else chance.choice([one for one in found if one.attrib] or found)
    name, value = chance.choice(list(chance.choice(with_attributes).attrib.items()))
    if to.attrib and chance.random() < 0.7:
        name = chance.choice(list(to.attrib))
    to.set(name, chance.choice((value, "", legal(chance.choice(EXTREMES).decode()))))


def _set_text(chance: random.Random, found: list[Any], others: list[Any]) -> None:
    one = chance.choice(found)
    text = chance.choice((chance.choice(ODD), chance.choice(found + others).text or "", "x" * 5_000, "\n \t"))
    one.text = legal(text)


def legal(text: str) -> str:
    """The text without what XML has no way to say."""
    return "".join(
        one for one in text if one in "\t\n\r" or " " <= one < "\ud800" or "\ue000" <= one not in "\ufffe\uffff"
    )


CHANGES: tuple[Change, ...] = (
    _remove,
    _repeat,
    _move,
    _nest,
    _splice,
    _rename,
    _set_attribute,
    _set_attribute,
    _set_text,
)
