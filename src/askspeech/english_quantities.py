"""Numbers as English text says them, in the form of askspeech.quantities: thirty percent, 3.5 million, by the 5th.

Texts are lower-case search keys with their spaces.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from askspeech.quantities import Bound, Quantity

__all__ = ["find_english_quantities"]


def _numbered(words: str, first: int = 0) -> dict[str, int]:
    return {word: value for value, word in enumerate(words.split(), first)}


_SMALL = _numbered(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen"
    " eighteen nineteen"
)
_TENS = {
    word: 10 * value for word, value in _numbered("twenty thirty forty fifty sixty seventy eighty ninety", 2).items()
}
_SCALES = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "bn": 10**9}
_DOZEN = {"dozen": 12}
_QUARTERS = _numbered("first second third fourth", 1)
_MONTHS = _numbered("january february march april may june july august september october november december", 1)
_WEEKDAYS = _numbered("monday tuesday wednesday thursday friday saturday sunday", 1)
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}

_UNITS: tuple[tuple[str, str, Fraction], ...] = (
    (r"percentage points?", "百分点", Fraction(1)),
    (r"%|percent|per cent", "ratio", Fraction(1, 100)),
    (r"(?:working|business) days?|workdays?", "工作日", Fraction(1)),
    (r"days?", "minute", Fraction(1440)),
    (r"hours?", "minute", Fraction(60)),
    (r"minutes?", "minute", Fraction(1)),
    (r"weeks?", "minute", Fraction(10080)),
    (r"months?", "month", Fraction(1)),
    (r"quarters?", "month", Fraction(3)),
    (r"years?", "month", Fraction(12)),
    (r"us dollars?|u\.?s\.? dollars?|usd|dollars?", "美元", Fraction(1)),
    (r"euros?", "欧元", Fraction(1)),
    (r"yuan|rmb|cny|renminbi", "yuan", Fraction(1)),
    (r"square kilomet(?:re|er)s?|sq km", "square-metre", Fraction(10**6)),
    (r"square met(?:re|er)s?|sq m", "square-metre", Fraction(1)),
    (r"hectares?", "square-metre", Fraction(10**4)),
    (r"mu", "square-metre", Fraction(2000, 3)),
    (r"kilomet(?:re|er)s?|km", "metre", Fraction(1000)),
    (r"met(?:re|er)s?", "metre", Fraction(1)),
    (r"(?:metric )?tons?|tonnes?", "gram", Fraction(10**6)),
    (r"kilograms?|kg", "gram", Fraction(1000)),
    (r"kilowatt[- ]hours?|kwh", "kilowatt-hour", Fraction(1)),
    (r"kilowatts?|kw", "kilowatt", Fraction(1)),
    (r"(?:person|visitor)[- ]times", "人次", Fraction(1)),
    (r"times|fold", "倍", Fraction(1)),
)
_UNIT = "|".join(f"(?P<u{at}>{pattern})" for at, (pattern, _, _) in enumerate(_UNITS))

_SAID = "|".join([*_SMALL, *_TENS])
_WORDS = rf"(?:{_SAID})(?:[ -](?:and )?(?:{_SAID}|hundred|thousand|million|billion))*"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = "hundred|thousand|million|billion|trillion|bn|dozen"
_NUMBER = re.compile(
    rf"(?P<money>(?:us|rmb|cny)?[$¥]|(?:rmb|cny) ?)?(?<![\w.])(?<![a-z]-)"
    rf"(?P<number>{_DIGITS}|{_WORDS}|(?:an?|several)(?= (?:{_SCALE})))"
    rf"(?:[ -](?P<scale>(?:{_SCALE})(?: (?:thousand|million|billion))?))?"
    rf"(?:[ -]?(?:{_UNIT})(?![a-z]))?(?![\w]|,\d)"
)
_ORDINAL = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)\b")
# A 5th is a day beside a month: by the 5th of every month, March 5th.
_OF_MONTH = re.compile(rf" (?:day )?of (?:every|each|the|this|next|that) month| of (?:{'|'.join(_MONTHS)})")
_MONTH_BEFORE = re.compile(rf"(?:{'|'.join(_MONTHS)}) (?:the )?$")
_MONTH = re.compile(rf"\b(?P<month>{'|'.join(_MONTHS)})\b(?: (?P<day>\d{{1,2}})(?!\d|,\d{{3}}))?")
_MAY = re.compile(r"(?:in|of|by|since|from|to|until|before|late|early|mid|and) $")
_WEEKDAY = re.compile(rf"\b({'|'.join(_WEEKDAYS)})s?\b")
_QUARTER = re.compile(r"\b(first|second|third|fourth) quarter(?! of (?:all|the (?:total|firms|enterprises)))")
_YEAR = re.compile(
    rf"(?:^|\b(?:in|by|since|of|from|to|during|until|before|after|for|end|year|and|{'|'.join(_MONTHS)}|\d{{1,2}},) )"
    r"((?:19|20)\d\d)(?=$|[,.;:) ]|'s)"
    r"(?! (?:enterprises|firms|companies|people|households|projects|yuan|jobs|officials))"
)
_SHARE = re.compile(
    rf"\b(?<!first )(?<!second )(?:(?P<count>one|two|three|four|a)[ -])?(?P<part>{'|'.join(_PARTS)})s?\b"
    r"(?! (?:of the year|year|place|quarter|session))"
)
_FACTORS = re.compile(r"\b(?P<factor>doubl(?:e|ed|es|ing)|tripl(?:e|ed|es|ing)|quadrupl(?:e|ed|es|ing))\b")
_TWICE = re.compile(r"\b(once|twice|thrice)\b")
_EACH = re.compile(
    r"\b(?:(?:every|each|per) (?P<unit>day|week|month|quarter|year)"
    r"|(?P<adverb>daily|weekly|monthly|quarterly|annual(?:ly)?|yearly))\b"
)
_PERIODS = {
    "d": ("minute", 1440),
    "w": ("minute", 10080),
    "m": ("month", 1),
    "q": ("month", 3),
    "y": ("month", 12),
    "a": ("month", 12),
}

_BOUNDS: tuple[tuple[Bound, re.Pattern[str]], ...] = (
    (
        "most",
        re.compile(
            r"(?:at most|at the most|no more than|not more than|no later than|not (?:to )?exceed(?:ing)?|never exceed"
            r"|without exceeding|up to|(?<!no )(?<!not )(?:less|fewer|lower) than|under|below|within"
            r"|a maximum of|maximum|capped at)(?: [a-z]+){0,2} ?$"
        ),
    ),
    (
        "least",
        re.compile(
            r"(?:at least|(?:no|not) (?:less|fewer|lower) than|a minimum of|minimum"
            r"|(?<!no )(?<!not )(?:more|higher) than|over|above"
            r"|(?<!not )(?<!not to )exceed(?:s|ed|ing)?|upwards of)(?: [a-z]+)? ?$"
        ),
    ),
    ("about", re.compile(r"(?:about|around|approximately|roughly|nearly|almost|some|close to) $")),
)
_LATER = re.compile(r"(?:[a-z -]{0,20})?\b(?P<least>or more|or above)\b|(?P<most>\bor less|\bor fewer|\bat most)")
_RANGE = re.compile(" ?(?:to|and|or|-|–|down to|up to) ?")
_BOUND_CHARACTERS = 40


def find_english_quantities(text: str) -> list[Quantity]:
    """The numbers of an English text, in order."""
    found: list[Quantity] = []
    taken = bytearray(len(text))
    for quantity in _all(text):
        if not any(taken[quantity.start : quantity.end]):
            found.append(quantity)
            taken[quantity.start : quantity.end] = b"\1" * (quantity.end - quantity.start)
    found.sort(key=lambda quantity: quantity.start)
    for at in range(len(found) - 1):
        found[at] = _like_the_next(text, found[at], found[at + 1])
    return [_bounded(text, quantity) for quantity in found]


def _like_the_next(text: str, one: Quantity, other: Quantity) -> Quantity:
    """The first of from 300 million to 500 million yuan, and of 3 to 5 days, in the unit of the second."""
    unit = next((row for row in _UNITS if re.search(f"(?:{row[0]})$", text[other.start : other.end])), None)
    plain = one.family in ("", "count") and other.family not in ("", "count")
    if unit is None or not plain or not _RANGE.fullmatch(text[one.end : other.start]):
        return one
    return replace(one, value=one.value * unit[2], family=unit[1])


def _all(text: str) -> Iterator[Quantity]:
    """Every reading of every number, the surest first."""
    for match in _MONTH.finditer(text):
        if match["month"] != "may" or match["day"] or _MAY.search(text, 0, match.start()):
            yield Quantity(Fraction(_MONTHS[match["month"]]), "date", match.start(), match.end("month"))
            if match["day"]:
                yield Quantity(Fraction(1440 * int(match["day"])), "minute", *match.span("day"))
    for match in _QUARTER.finditer(text):
        yield Quantity(Fraction(_QUARTERS[match[1]]), "quarter", *match.span())
    for match in _YEAR.finditer(text):
        yield Quantity(Fraction(match[1]), "year", *match.span(1))
    for match in _ORDINAL.finditer(text):
        day = _OF_MONTH.match(text, match.end()) or _MONTH_BEFORE.search(text, 0, match.start())
        yield Quantity(Fraction(match[1]) * (1440 if day else 1), "minute" if day else "ordinal", *match.span())
    for match in _WEEKDAY.finditer(text):
        yield Quantity(Fraction(_WEEKDAYS[match[1]]), "weekday", *match.span())
    for match in _EACH.finditer(text):
        family, size = _PERIODS[(match["unit"] or match["adverb"])[0]]
        yield Quantity(Fraction(size), family, *match.span())
    yield from _shares(text)
    for match in _NUMBER.finditer(text):
        if quantity := _number(match):
            yield quantity


def _shares(text: str) -> Iterator[Quantity]:
    for match in _SHARE.finditer(text):
        count = _SMALL.get(match["count"] or "", 1)
        if match["part"] == "half" or match["count"]:
            yield Quantity(Fraction(count, _PARTS[match["part"]]), "ratio", *match.span())
    for match in _FACTORS.finditer(text):
        yield Quantity(Fraction({"d": 2, "t": 3, "q": 4}[match["factor"][0]]), "倍", *match.span())
    for match in _TWICE.finditer(text):
        yield Quantity(Fraction({"once": 1, "twice": 2, "thrice": 3}[match[1]]), "count", *match.span())


def _number(match: re.Match[str]) -> Quantity | None:
    value = _value(match["number"])
    for scale in (match["scale"] or "").split():
        value *= {**_SCALES, **_DOZEN}[scale]
    unit = next((at for at in range(len(_UNITS)) if match[f"u{at}"]), None)
    if unit is not None:
        _, family, size = _UNITS[unit]
        return Quantity(value * size, family, *match.span())
    if match["money"]:
        return Quantity(value, "美元" if "$" in match["money"] else "yuan", *match.span())
    if match["number"] == "one" and not match["scale"]:
        return None
    return Quantity(value, "count" if match["number"][0].isalpha() or match["scale"] else "", *match.span())


def _value(said: str) -> Fraction:
    if said[0].isdecimal():
        return Fraction(said.replace(",", ""))
    total = section = 0
    for word in re.split(r"[ -]", said):
        if word in ("a", "an", "several"):
            section += 1
        elif word == "hundred":
            section = (section or 1) * 100
        elif word in _SCALES:
            total, section = total + (section or 1) * _SCALES[word], 0
        else:
            section += _SMALL.get(word, 0) + _TENS.get(word, 0)
    return Fraction(total + section)


def _bounded(text: str, quantity: Quantity) -> Quantity:
    if _EACH.fullmatch(text, quantity.start, quantity.end):
        return quantity
    start = max(0, quantity.start - _BOUND_CHARACTERS)
    for bound, pattern in _BOUNDS:
        if pattern.search(text[start : quantity.start]):
            return replace(quantity, bound=bound, firm=bound != "about")
    after = _LATER.match(text[quantity.end : quantity.end + _BOUND_CHARACTERS])
    if after is not None:
        return replace(quantity, bound="least" if after["least"] else "most", firm=True)
    return quantity
