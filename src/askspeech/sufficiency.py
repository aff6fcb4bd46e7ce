"""Is what a question asks for in the candidates found, or only its topic? Pure.

Scores do not tell: the right place is found for a figure that is blanked out, too. So the best candidates are read for
what is asked for: a figure of that unit, the members of a numbered term, the words that explain a term, a name.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from askspeech.asked import Asked, Term
from askspeech.coverage import is_held
from askspeech.datatypes import Outcome, Span
from askspeech.markers import chinese_number
from askspeech.mentions import Mention
from askspeech.offered import Value, blanked_names, explains, lists_members, names_time, values
from askspeech.ranking import Candidate, Ranked
from askspeech.sought import NOTHING, Known, bearer_of, told_by
from askspeech.statements import Token, statement
from askspeech.tokens import bigrams, question_terms, search_key

__all__ = ["Verdict", "judge"]

_NEAR = 4.0
"""How far below the best candidate one may score that is read for what is asked."""
_SAME_WORDS = 0.75
_BEFORE, _BEHIND = 16, 12
_RIGHT_BEHIND = 4
_LEAST_SHARED = 4
_READ_FOR_NAMES = 3
_FIGURE_NEAR = 2.5
_NEAR_IN_MEANING = 0.5
"""From which cosine of their vectors on words of a text stand for one that it lacks."""
_TITLE_NAMED, _LEAST_HELD = 0.6, 0.2
_NUMBERED = re.compile(r"([二两三四五六七八九十]|\d{1,2})(?:[个项大条种类张支对件样方]|方面)")
_SURE = ("%", "位", "元", "年份")
_DATES = ("年份", "年", "月", "日", "时间")
_WITH_MEMBERS = ("list", "comparison", "definition")
_WITH_FIGURES = ("figure", "comparison", "reason", "fact")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of looking for an answer.

    `place` is where it was blanked out or hidden; `better` a candidate that says the same as the best one without
    blanks; `missing` the units of figures that are not given, where others are.
    """

    outcome: Outcome
    place: Candidate | None = None
    better: Candidate | None = None
    missing: tuple[str, ...] = ()


def judge(question: str, asked: Asked, ranked: Sequence[Ranked], known: Known = NOTHING) -> Verdict:
    """What the candidates, best first, hold of what a question asks for; `known` says whom and what it asks about."""
    if not ranked or _strangers(known):
        return Verdict("not_found")
    near = [one.candidate for one in ranked if one.score >= ranked[0].score - _NEAR]
    sentences = [candidate for candidate in near if not candidate.items]
    close = [one.candidate for one in ranked if one.score >= ranked[0].score - _FIGURE_NEAR and not one.candidate.items]
    if hidden := _hidden(near) or _named_but_hidden(question, ranked):
        return Verdict("part_hidden", place=hidden)
    if not all(_is_spoken_of(thing, close or near, known) for thing in known.sought.things):
        return Verdict("not_found")
    if sentences and asked.units and asked.kind in _WITH_FIGURES:
        return _figures(question, asked, close or sentences, known)
    if known.sought.office and not asked.lists:
        return _bearer(known.sought.office, close)
    if asked.names and not asked.lists and (blanked := _blanked_name(question, sentences)):
        return Verdict("blanked_out", place=blanked)
    if not _members(asked, near) or not _explained(asked, near):
        return Verdict("not_found")
    return Verdict("answered")


def _strangers(known: Known) -> bool:
    """Whether a question names a person or a place that no passage names."""
    return not known.nowhere.isdisjoint((*known.sought.persons, *known.sought.places))


def _bearer(office: Mention, near: Sequence[Candidate]) -> Verdict:
    """Whether a candidate names who holds an office, or has a blank in place of the name."""
    beside = [(candidate, bearer_of(office, candidate.text)) for candidate in near]
    if any(found == "named" for _, found in beside):
        return Verdict("answered")
    blanked = next((candidate for candidate, found in beside if found == "blank"), None)
    return Verdict("blanked_out", place=blanked) if blanked else Verdict("not_found")


def _is_spoken_of(thing: Sequence[Token], near: Sequence[Candidate], known: Known) -> bool:
    """Whether a candidate names the thing whose value is asked for, or no word of it is known to be in no passage.

    One of several words is enough: 退伍军人服务站 may be 退役军人服务中心.
    """
    if known.nowhere.isdisjoint(word.text for word in thing):
        return True
    return any(_names(candidate, word, known) for candidate in near for word in told_by(thing))


def _names(candidate: Candidate, thing: Token, known: Known) -> bool:
    """Whether a candidate, or what is around it, has a word, or one near it in meaning."""
    text = _around(candidate)
    return is_held(thing, statement(text)) or known.near(thing.text, text) >= _NEAR_IN_MEANING


def _around(candidate: Candidate) -> str:
    """A candidate with the sentences beside it and its headings."""
    beside = [part.text for part in (candidate.before, candidate.behind) if part]
    return " ".join((candidate.text, *beside, *candidate.hit.passage.heading_path))


def _blanked_name(question: str, sentences: Sequence[Candidate]) -> Candidate | None:
    """The first sentence with a blank in place of a name, if it is the best one or words of the question are around."""
    terms = set(question_terms(question))
    for rank, sentence in enumerate(sentences[:_READ_FOR_NAMES]):
        for span in blanked_names(sentence.text):
            around = Span(0, 0) if rank == 0 else span
            reach = len(sentence.text) if rank == 0 else _BEHIND
            if _shared(sentence.text, around, terms, reach) >= _LEAST_SHARED:
                return sentence
    return None


def _hidden(near: Sequence[Candidate]) -> Candidate | None:
    """The best candidate, if the source says right behind it, or within it, that a part is missing."""
    best = near[0]
    end = best.parts[-1].place[1][-1].end
    start = best.parts[0].place[1][0].start
    gaps = (gap.span for gap in best.hit.passage.gaps)
    return best if any(start <= gap.start <= end + _RIGHT_BEHIND for gap in gaps) else None


def _named_but_hidden(question: str, ranked: Sequence[Ranked]) -> Candidate | None:
    """The best candidate of a speech that the question names by its title, with hidden parts, and lacking the rest."""
    terms = set(question_terms(question))
    for speech in {speech.id: speech for one in ranked if (speech := one.candidate.hit.speech).gaps}.values():
        title = set(bigrams(speech.title))
        if title and len(title & terms) >= _TITLE_NAMED * len(title):
            rest = terms - title
            own = [one.candidate for one in ranked if one.candidate.hit.speech.id == speech.id]
            held = max(len(rest.intersection(bigrams(candidate.text))) for candidate in own)
            if held < _LEAST_HELD * len(rest):
                return next((candidate for candidate in own if candidate.hit.passage.gaps), own[0])
    return None


def _figures(question: str, asked: Asked, sentences: Sequence[Candidate], known: Known) -> Verdict:
    best = sentences[0]
    terms = set(question_terms(question))
    named = [unit for unit in asked.units if unit] or [""]
    found = {unit: value for unit in named if (value := _value(best.text, unit, terms))}
    blanked = [unit for unit, value in found.items() if value.blank and (unit or _shared(best.text, value.span, terms))]
    given = [unit for unit in named if (unit in found and unit not in blanked) or names_time(best.text, unit)]
    if blanked and not given and not all(_names(best, word, known) for thing in known.sought.things for word in thing):
        return Verdict("not_found")  # what is blanked out there is the figure of something else
    if blanked:
        places = {unit: found[unit] for unit in blanked}
        if twin := next((one for one in sentences[1:] if _fills(one, best.text, places, terms)), None):
            return Verdict("answered", better=twin)
        return Verdict("partly", place=best, missing=tuple(blanked)) if given else Verdict("blanked_out", place=best)
    wanted = _telling(named) if asked.kind == "figure" else [unit for unit in named if unit in _DATES]
    if wanted and not given and not any(_gives(one, wanted) for one in sentences):
        return Verdict("not_found")
    return Verdict("answered")


def _telling(units: Sequence[str]) -> list[str]:
    """The units that figures are sure to be given in; what is counted may have another word behind its number."""
    return list(units) if all(unit in _SURE for unit in units) else [""]


def _value(text: str, unit: str, terms: set[str]) -> Value | None:
    """The figure of a unit, or the blank in its place, whose surroundings share most with the question."""
    of_unit = [value for value in values(text) if value.is_of(unit)]
    return max(of_unit, key=lambda value: (_shared(text, value.span, terms), value.blank), default=None)


def _shared(text: str, span: Span, terms: set[str], reach: int = _BEHIND) -> int:
    """How many terms of a question stand around a place in a text, up to `reach` characters behind it."""
    around = text[max(0, span.start - _BEFORE) : span.start] + " " + text[span.end : span.end + reach]
    return len(terms.intersection(bigrams(around)))


def _gives(candidate: Candidate, units: Iterable[str]) -> bool:
    given = [value for value in values(candidate.text) if not value.blank]
    return any(names_time(candidate.text, unit) or any(value.is_of(unit) for value in given) for unit in units)


def _fills(candidate: Candidate, text: str, blanks: Mapping[str, Value], terms: set[str]) -> bool:
    """Whether a candidate has the words around each of a text's blanks, by unit, and a figure in its place."""
    return all(_gives_same(candidate, text, blank, unit, terms) for unit, blank in blanks.items())


def _gives_same(candidate: Candidate, text: str, blank: Value, unit: str, terms: set[str]) -> bool:
    around = text[max(0, blank.span.start - _BEFORE) : blank.span.start] + " " + text[blank.span.end :][:_BEHIND]
    wanted = set(bigrams(around))
    if len(wanted.intersection(bigrams(candidate.text))) < _SAME_WORDS * len(wanted):
        return False
    value = _value(candidate.text, unit, terms)
    return names_time(candidate.text, unit) if value is None else not value.blank


def _members(asked: Asked, near: Sequence[Candidate]) -> bool:
    """Whether the members of each term that says how many it has are there; True where no term does.

    So for a list of so many things which the best candidate only names by their number: 五项工作机制.
    """
    if asked.kind not in _WITH_MEMBERS:
        return True
    terms = [term for term in asked.terms if term.count]
    if not terms and asked.count and not near[0].items:
        terms = [
            Term(found[0], asked.count) for found in _NUMBERED.finditer(near[0].text) if _counts(found) == asked.count
        ]
        near = [one for one in near if _shares_place(one, near[0])]
    return all(any(_names_members(one, term) for one in near) for term in terms[:1] if term.count) or not terms


def _counts(found: re.Match[str]) -> int:
    return chinese_number(found[1])


def _shares_place(one: Candidate, other: Candidate) -> bool:
    """Whether two candidates are of one section, so that one may list what the other one names."""
    return one.hit.speech.id == other.hit.speech.id and one.hit.passage.section_id == other.hit.passage.section_id


def _names_members(candidate: Candidate, term: Term) -> bool:
    """Whether a candidate names a term and as many things as the term says."""
    behind = candidate.behind.text if candidate.behind else ""
    if candidate.items == term.count:
        headings = " ".join((*candidate.hit.passage.heading_path, *(part.text for part in candidate.parts)))
        return search_key(term.text) in search_key(headings)
    return lists_members(term.text, term.count, candidate.text, behind)


def _explained(asked: Asked, near: Sequence[Candidate]) -> bool:
    """Whether the terms that a question wants defined are explained; True where it quotes none."""
    if asked.kind != "definition":
        return True
    plain = [term for term in asked.terms if not term.count]
    return all(any(_explains(one, term) for one in near) for term in plain)


def _explains(candidate: Candidate, term: Term) -> bool:
    return explains(term.text, candidate.text, candidate.behind.text if candidate.behind else "")
