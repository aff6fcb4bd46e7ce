"""HTML of why a passage was found: what found it, in words, how well it fits, and where in its speech it stands.

As in `rendering`, everything goes through `escape`, and each result is one line.
"""

import re
from collections.abc import Iterator, Sequence

from askspeech.datatypes import Citation, Hit
from askspeech.rendering import escape, path_html
from askspeech.texts import PageTexts

__all__ = ["hit_behind", "why_html", "why_words"]

_RANKED = re.compile(r"(keyword|dense|late interaction|rerank) (\d+)")
_NAMED = re.compile(r"(level|place|year) (.+)")


def hit_behind(citation: Citation, hits: Sequence[Hit]) -> Hit | None:
    """The hit that a citation was taken from, or that says the same; None where the search did not find it."""
    same = (hit for hit in hits if hit.passage.id == citation.passage_id)
    alike = (hit for hit in hits if citation.passage_id in hit.copies)
    return next(same, None) or next(alike, None)


def why_html(hit: Hit, hits: Sequence[Hit], texts: PageTexts) -> str:
    """A fold-out that says why a passage was found.

    Args:
        hit: the passage.
        hits: all that the search found, for comparison.
        texts: the words of the page.
    """
    items = "".join(f"<li>{escape(words)}</li>" for words in why_words(hit, hits, texts))
    return (
        f'<details class="as-why"><summary>{escape(texts.why)}</summary>'
        f"{path_html(hit.passage.heading_path)}<ul>{items}</ul></details>"
    )


def why_words(hit: Hit, hits: Sequence[Hit], texts: PageTexts) -> list[str]:
    """The reasons in words: what found the passage, its score beside the best one, and its near copies."""
    reasons = [words for reason in hit.found_by for words in _reason(reason, texts)]
    reasons += _score(hit, hits, texts)
    return [*reasons, texts.why_copies.format(number=len(hit.copies))] if hit.copies else reasons


def _reason(reason: str, texts: PageTexts) -> Iterator[str]:
    """A reason of a search, as `fusion` words it, for a person; one that is not known stands as it is."""
    ranked = {
        "keyword": texts.why_keyword,
        "dense": texts.why_dense,
        "late interaction": texts.why_late,
        "rerank": texts.why_rerank,
    }
    if found := _RANKED.fullmatch(reason):
        yield ranked[found[1]].format(number=found[2])
    elif reason == "outline":
        yield texts.why_outline
    elif reason == "speech 1":
        yield texts.why_speech
    else:
        yield from (_named(part, texts) for part in reason.split(", "))


def _named(reason: str, texts: PageTexts) -> str:
    fields = {"level": texts.filter_level, "place": texts.filter_place, "year": texts.filter_year}
    found = _NAMED.fullmatch(reason)
    return texts.why_named.format(place=f"{fields[found[1]]} {found[2]}") if found else reason


def _score(hit: Hit, hits: Sequence[Hit], texts: PageTexts) -> Iterator[str]:
    best = max((one.score for one in hits), default=hit.score)
    if hit.score >= best > 0:
        yield texts.why_best
    elif hit.score > 0:
        yield texts.why_score.format(number=round(100 * hit.score / best))
