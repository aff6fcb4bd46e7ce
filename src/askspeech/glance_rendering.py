"""HTML of the page "at a glance": tables beside the charts, and the speeches and passages that a bar leads to.

Everything that comes from a corpus, an address or a reader goes through `escape`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from askspeech.citing import locate
from askspeech.datatypes import Passage, Source, Span, Speech
from askspeech.glance import FACTS, SpeechUses, Tally, TermUses, UsedPassage
from askspeech.glance_view import MEASURES, USES_AT_ONCE, GlanceView, fragment_of
from askspeech.links import Linked, fragment
from askspeech.rendering import Piece, escape, excerpt, locator_text, path_html, place_value, shown_file
from askspeech.texts import PageTexts

__all__ = [
    "ListedSpeech",
    "address_of",
    "listed_html",
    "number_text",
    "rate_text",
    "speech_table_html",
    "summary_html",
    "tally_table_html",
    "untold_html",
    "value_text",
    "ways_html",
]


@dataclass(frozen=True, slots=True)
class ListedSpeech:
    """A speech of the list; where a term is looked for, with its source and the passages that use the term."""

    speech: Speech
    source: Source | None = None
    passages: tuple[UsedPassage, ...] = ()


def address_of(view: GlanceView) -> str:
    """The address of a view, from the root of the pages."""
    return f"glance{fragment_of(view)}"


def number_text(number: int) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}"


def rate_text(rate: float) -> str:
    """Uses per 10,000 characters: two places, for few uses in much text more."""
    return f"{rate:.2f}" if rate >= 0.1 or not rate else f"{rate:.2g}"


def value_text(value: str | None, texts: PageTexts) -> str:
    """A fact's value for a reader."""
    return texts.glance_untold if value is None else value


def fact_text(name: str, texts: PageTexts) -> str:
    """What a fact is called."""
    names = {
        "year": texts.filter_year,
        "level": texts.filter_level,
        "place": texts.filter_place,
        "kind": texts.filter_kind,
        "speech": texts.filter_speech,
    }
    return names[name]


# Above the charts


def summary_html(view: GlanceView, speeches: Sequence[Speech], uses: TermUses | None, texts: PageTexts) -> str:
    """What there is in all, in a sentence."""
    characters = sum(one.characters for one in speeches)
    if uses is None:
        said = texts.glance_corpus.format(speeches=number_text(len(speeches)), characters=number_text(characters))
        return _sentence(said, "")
    back = _link(address_of(GlanceView()), texts.glance_back)
    if not uses.count:
        return _sentence(texts.glance_none.format(term=view.term, speeches=number_text(len(speeches))), back)
    rate = Tally(None, len(speeches), characters, len(uses.speeches), uses.count).per_10000
    said = texts.glance_found.format(
        term=view.term,
        using=number_text(len(uses.speeches)),
        uses=number_text(uses.count),
        speeches=number_text(len(speeches)),
        rate=rate_text(rate),
    )
    return _sentence(said, back)


def _sentence(said: str, behind: str) -> str:
    return f'<p class="as-glance-said">{escape(said)} {behind}</p>'


def ways_html(view: GlanceView, texts: PageTexts) -> str:
    """Links to the other ways of counting a term."""
    facts = " ".join(_way(replace(view, by=name), fact_text(name, texts), chosen=view.by == name) for name in FACTS)
    words = {"uses": texts.glance_uses, "rate": texts.glance_rate, "using": texts.glance_using}
    measures = " ".join(
        _way(replace(view, measure=name), words[name], chosen=view.measure == name) for name in MEASURES
    )
    return (
        f'<p class="as-ways"><span>{escape(texts.glance_by)}</span> {facts}</p>'
        f'<p class="as-ways"><span>{escape(texts.glance_measure)}</span> {measures}</p>'
    )


def _way(view: GlanceView, words: str, *, chosen: bool) -> str:
    return _link(address_of(view), words, kind="as-way as-chosen" if chosen else "as-way", current=chosen)


def _link(address: str, words: str, *, kind: str = "as-go", current: bool = False) -> str:
    state = ' aria-current="true"' if current else ""
    return f'<a class="{kind}" href="{escape(address)}"{state}>{escape(words)}</a>'


# Below the charts


def tally_table_html(view: GlanceView, name: str, tallies: Sequence[Tally], texts: PageTexts, note: str = "") -> str:
    """The figures of a chart as a table, each value a link to its speeches or passages."""
    heads = [fact_text(name, texts), texts.glance_speeches]
    if view.term:
        heads += [texts.glance_using, texts.glance_uses, texts.glance_rate]
    rows = []
    for tally in tallies:
        words = value_text(tally.value, texts)
        leads = tally.using if view.term else tally.speeches
        first = _link(address_of(view.of(name, tally.value)), words) if leads else escape(words)
        figures = [number_text(tally.speeches)]
        if view.term:
            figures += [number_text(tally.using), number_text(tally.uses), rate_text(tally.per_10000)]
        rows.append([first, *map(escape, figures)])
    return _table_html(heads, rows, texts, note)


def untold_html(view: GlanceView, name: str, tallies: Sequence[Tally], texts: PageTexts) -> str:
    """A link to the speeches that do not tell a fact, which the chart leaves out; nothing where all do."""
    untold = next((one for one in tallies if one.value is None), None)
    count = 0 if untold is None else untold.uses if view.term else untold.speeches
    if not count:
        return ""
    words = texts.glance_untold_fact.format(fact=fact_text(name, texts), number=number_text(count))
    return f'<p class="as-untold">{_link(address_of(view.of(name, None)), words)}</p>'


def speech_table_html(view: GlanceView, uses: Sequence[SpeechUses], texts: PageTexts, note: str = "") -> str:
    """The speeches that use a term, each a link to its passages."""
    heads = [fact_text("speech", texts), texts.filter_year, texts.glance_characters, texts.glance_uses]
    rows = [
        [
            _link(address_of(view.of("speech", one.speech.id)), one.speech.title),
            escape(" ".join(one.speech.values("year"))),
            escape(number_text(one.speech.characters)),
            escape(number_text(one.count)),
            escape(rate_text(one.per_10000)),
        ]
        for one in uses
    ]
    return _table_html([*heads, texts.glance_rate], rows, texts, note)


def _table_html(heads: Sequence[str], rows: Iterable[Sequence[str]], texts: PageTexts, note: str) -> str:
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join(
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{one}</td>" for one in others)}</tr>'
        for first, *others in rows
    )
    said = f" <span>{escape(note)}</span>" if note else ""
    return (
        f'<details class="as-figures"><summary>{escape(texts.glance_table)}{said}</summary>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></details>"
    )


# What a bar leads to


def listed_html(
    view: GlanceView, listed: Sequence[ListedSpeech], speeches: int, uses: int, label: str, texts: PageTexts
) -> str:
    """The speeches that a bar leads to, under a term with the passages that use it.

    Args:
        view: with what is chosen.
        listed: the speeches to show, and of a term's as many passages as are shown at once.
        speeches: how many there are in all.
        uses: how often they use the term, all together.
        label: what was chosen, in the words of a reader.
        texts: the words of the page.
    """
    if not listed:
        return f'<div class="as-sources as-empty"><p class="as-note">{escape(texts.glance_gone)}</p></div>'
    template = texts.glance_listed_uses if view.term else texts.glance_listed
    counted = template.format(speeches=number_text(speeches), uses=number_text(uses))
    asking = ""
    if view.filters:
        words = texts.glance_ask_one if view.chosen == "speech" else texts.glance_ask
        asking = f" {_link(_chat_address(view), words)}"
    shown = sum(len(passage.places) for one in listed for passage in one.passages)
    more = ""
    if view.term and shown < uses:
        words = texts.glance_more.format(number=number_text(uses - shown))
        more = (
            f'<p class="as-more">{_link(address_of(replace(view, listed=view.listed + 2 * USES_AT_ONCE)), words)}</p>'
        )
    items = "".join(_speech_html(one, texts) for one in listed)
    return (
        f'<div class="as-sources as-listed"><p class="as-selected"><strong>{escape(label)}</strong> '
        f"<span>{escape(counted)}</span>{asking}</p>{items}{more}</div>"
    )


def _chat_address(view: GlanceView) -> str:
    return f"./{fragment(Linked(filters=view.filters))}"


def _speech_html(listed: ListedSpeech, texts: PageTexts) -> str:
    speech = listed.speech
    own = GlanceView(chosen="speech", value=speech.id)
    shelf = f"./library#find={quote(speech.title, safe='', errors='replace')}"
    told = (value for name in ("level", "place", "year", "kind") for value in speech.values(name))
    summary = " · ".join(dict.fromkeys((shown_file(speech.file), *told)))
    passages = "".join(_passage_html(one, listed, texts) for one in listed.passages)
    return (
        f'<section class="as-speech"><h3>{escape(speech.title)}</h3><p class="as-file">{escape(summary)}</p>'
        f'<p class="as-foot">{_open(speech, (), texts.glance_open_speech)} '
        f"{_link(_chat_address(own), texts.glance_ask_one)} "
        f"{_link(shelf, texts.glance_library)}</p>{passages}</section>"
    )


def _open(speech: Speech, spans: Sequence[Span], words: str) -> str:
    return f'<button type="button" class="as-open" value="{place_value(speech.id, spans)}">{escape(words)}</button>'


def _passage_html(used: UsedPassage, listed: ListedSpeech, texts: PageTexts) -> str:
    source = listed.source
    assert source is not None
    if used.passage is None:
        path = f'<p class="as-path">{escape(texts.glance_outside)}</p>'
        shown = _pieces_html(excerpt(source.text, used.spans))
    else:
        path = path_html(used.passage.heading_path)
        shown = _pieces_html(_marked(source.text, used.passage, used.spans))
    locator = locator_text(locate(source.text, source.layout, used.spans), texts)
    times = texts.glance_times.format(number=number_text(len(used.places)))
    return (
        f'<article class="as-used">{path}<p class="as-excerpt">{shown}</p><p class="as-foot">{escape(locator)} · '
        f"{escape(times)} {_open(listed.speech, used.spans, texts.open_place)}</p></article>"
    )


def _pieces_html(pieces: Iterable[Piece]) -> str:
    return "".join(f"<mark>{escape(one.text)}</mark>" if one.marked else escape(one.text) for one in pieces)


def _marked(text: str, passage: Passage, uses: Sequence[Span]) -> list[Piece]:
    """The passage's own words, those at the uses marked."""
    pieces: list[Piece] = []
    for start, end in passage.spans:
        at = start
        for use in uses:
            first, last = max(use.start, at), min(use.end, end)
            if first < last:
                pieces += [Piece(text[at:first], False), Piece(text[first:last], True)]
                at = last
        pieces.append(Piece(text[at:end], False))
    return [piece for piece in pieces if piece.text]
