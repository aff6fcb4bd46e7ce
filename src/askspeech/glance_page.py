"""The page "at a glance": how the speeches spread over years, levels, places and kinds, and where a term is used.

What it shows stands in the address behind `#`: every bar of a chart and every link of a table is such an address, and
`static/glance.js` tells the server of each. The charts are Gradio's plots; each has a table with the same figures and
links, for keys and screen readers.
"""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import gradio as gr
from gradio.components.plot import PlotData

from askspeech.datatypes import Speech
from askspeech.errors import AskSpeechError, QuestionError
from askspeech.filter_panel import one_line
from askspeech.glance import FACTS, SpeechUses, Tally, TermUses, speech_tallies, used_passages
from askspeech.glance_charts import Bar, bar_chart
from askspeech.glance_rendering import (
    ListedSpeech,
    address_of,
    fact_text,
    listed_html,
    number_text,
    rate_text,
    speech_table_html,
    summary_html,
    tally_table_html,
    untold_html,
    value_text,
    ways_html,
)
from askspeech.glance_view import GlanceView, parsed_view
from askspeech.live_index import Index, LiveIndex
from askspeech.rendering import escape, note_html, problem_html
from askspeech.showing import Update, texts_for
from askspeech.site import Site, Stock, site_header
from askspeech.telling import told as reason
from askspeech.texts import PageTexts
from askspeech.welcoming import Unready

__all__ = ["GlanceHandlers", "build_glance"]

SECONDS_BETWEEN_LOOKS = 2.0
BARS_SHOWN = 20
"""How many values a chart shows, years aside; its table has all."""
LEAST_UPRIGHT = 5
"""How many years it takes to set them side by side."""
SPEECHES_LISTED = 200

Updates = tuple[Update, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart with its heading and its table."""

    title: gr.Markdown
    plot: gr.Plot
    table: gr.Markdown

    @property
    def all(self) -> list[Any]:
        """Its components, in the order that `_drawn` fills them."""
        return [self.title, self.plot, self.table]


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that events read and change."""

    term: gr.Textbox
    said: gr.Markdown
    overview: gr.Column
    facts: tuple[Figure, ...]
    of_term: gr.Column
    ways: gr.Markdown
    by_fact: Figure
    by_speech: Figure
    listed: gr.Markdown
    told: gr.Textbox
    drawn: gr.State
    looking: gr.Timer

    @property
    def all(self) -> list[Any]:
        """What `GlanceHandlers.shown` fills, in its order."""
        figures = [one for figure in (*self.facts, self.by_fact, self.by_speech) for one in figure.all]
        return [self.term, self.said, self.overview, self.of_term, self.ways, *figures, self.listed, self.drawn]


def build_glance(page: gr.Blocks, words: gr.I18n, site: Site) -> None:
    """Make the page and connect its events, where Gradio is building."""
    parts, handlers = _components(words), GlanceHandlers(site.live, site.build_command, site.stock)
    quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    opening = [parts.said, parts.looking]
    page.load(handlers.opened, None, opening, **quiet)
    parts.looking.tick(handlers.opened, None, opening, **quiet)
    parts.told.change(handlers.shown, [parts.told, parts.drawn], parts.all, **quiet)


def _components(words: gr.I18n) -> Parts:
    site_header(words, "glance")
    with gr.Row(elem_id="as-columns"):
        with gr.Column(scale=3, min_width=300, elem_id="as-charts"):
            term, said = _term_box(words), _markdown(elem_id="as-said")
            with gr.Column(visible=False, elem_id="as-of-term") as of_term:
                ways, by_fact, by_speech = _markdown(elem_id="as-ways"), _figure("by-fact"), _figure("by-speech")
            with gr.Column(visible=False, elem_id="as-overview") as overview:
                facts = tuple(_figure(name) for name in FACTS)
        with gr.Column(scale=2, min_width=300, elem_id="as-right"):
            gr.Markdown(words("glance_right"), elem_id="as-sources-title", container=False)
            listed = _markdown(elem_id="as-sources")
    told = gr.Textbox(elem_id="as-told", visible="hidden", interactive=True, show_label=False, container=False)
    looking = gr.Timer(SECONDS_BETWEEN_LOOKS, active=False)
    return Parts(
        term, said, overview, facts, of_term, ways, by_fact, by_speech, listed, told, gr.State(""), looking
    )  # fmt: skip


def _term_box(words: gr.I18n) -> gr.Textbox:
    return gr.Textbox(
        elem_id="as-term",
        label=words("glance_term"),
        placeholder=words("glance_term_placeholder"),
        lines=1,
        max_lines=1,
        interactive=True,
        submit_btn=True,
    )


def _markdown(**where: Any) -> gr.Markdown:
    return gr.Markdown(latex_delimiters=[], sanitize_html=True, container=False, **where)


def _figure(name: str) -> Figure:
    with gr.Column(elem_id=f"as-figure-{name}", elem_classes=["as-figure"]):
        title = _markdown(elem_classes=["as-figure-title"])
        plot = gr.Plot(show_label=False, container=False, elem_classes=["as-chart"])
        return Figure(title, plot, _markdown(elem_classes=["as-figure-table"]))


class GlanceHandlers:
    """What the page's events do; every method can be called without a browser."""

    def __init__(self, live: LiveIndex, build_command: str, stock: Stock | None = None) -> None:
        self._live = live
        self._unready = Unready(build_command, stock)

    def opened(self, request: gr.Request) -> tuple[Update, Update]:
        """The mark that the page's script waits for, or what is missing; the timer runs until there is an index."""
        texts, status = texts_for(request), self._live.status()
        if status.ready:
            mark = f'<p class="as-glance-ready" title="{escape(str(status.generation))}">'
            return gr.update(value=f"{mark}{escape(texts.glance_loading)}</p>"), gr.update(active=False)
        return gr.update(value=self._unready.html(status, request, texts.glance_not_yet)), gr.update(active=True)

    def shown(self, told: str, drawn: str, request: gr.Request) -> tuple[Any, ...]:
        """All that the page shows at an address; charts that are drawn already stay as they are.

        Args:
            told: the fragment of the address.
            drawn: which charts are drawn, as this returned it the last time.
            request: of whom.
        """
        view, texts = parsed_view(told), texts_for(request)
        try:
            index = self._live.current().index
            uses = index.uses(view.term) if view.term else None
            speeches = index.speeches() if uses is None else uses.searched
            listed = self._listed(index, view, speeches, uses, texts)
            generation = index.generation
        except QuestionError as error:
            return self._refused(view, reason(error, texts))
        except AskSpeechError as error:
            return self._refused(view, f"{texts.glance_not_yet} {reason(error, texts)}")
        drawing = "\n".join((generation, texts.title, view.term, view.by, view.measure))
        found = uses is not None and uses.count > 0
        head = (
            gr.update(value=view.term),
            gr.update(value=summary_html(view, speeches, uses, texts)),
            gr.update(visible=uses is None),
            gr.update(visible=found),
        )
        return (*head, *self._figures(view, speeches, uses, texts, drawing == drawn), gr.update(value=listed), drawing)

    def _refused(self, view: GlanceView, message: str) -> tuple[Any, ...]:
        """What was typed stays, and the page says what is wrong."""
        hidden = gr.update(visible=False)
        said = gr.update(value=problem_html(message))
        return gr.update(value=view.term), said, hidden, hidden, *_SKIPPED, gr.update(value=""), ""

    def _figures(
        self, view: GlanceView, speeches: Sequence[Speech], uses: TermUses | None, texts: PageTexts, there: bool
    ) -> Updates:
        """The ways and all figures; only those that are seen, and those only where they are not drawn already."""
        if there or (uses is not None and not uses.count):
            return _SKIPPED
        if uses is None:
            facts = [_fact_figure(view, name, speech_tallies(speeches, name), texts) for name in FACTS]
            return (gr.skip(), *(one for figure in facts for one in figure), *(gr.skip(),) * 6)
        by_fact = _fact_figure(view, view.by, uses.tallies(view.by), texts)
        by_speech = _speech_figure(view, uses.speeches, texts)
        ways = gr.update(value=ways_html(view, texts))
        return (ways, *(gr.skip(),) * (3 * len(FACTS)), *by_fact, *by_speech)

    def _listed(
        self, index: Index, view: GlanceView, speeches: Sequence[Speech], uses: TermUses | None, texts: PageTexts
    ) -> str:
        """What the chosen bar leads to."""
        if not view.chosen:
            return note_html(texts.glance_right_term if uses else texts.glance_right_empty)
        if uses is None:
            held = [speech for speech in speeches if view.lists(speech)]
            listed = [ListedSpeech(speech) for speech in held[:SPEECHES_LISTED]]
            return listed_html(view, listed, len(held), 0, _chosen_text(view, speeches, texts), texts)
        using = [one for one in uses.speeches if view.lists(one.speech)]
        count = sum(one.count for one in using)
        label = f"{view.term} · {_chosen_text(view, speeches, texts)}"
        return listed_html(view, _with_passages(index, using, view.listed), len(using), count, label, texts)


_SKIPPED: Updates = (gr.skip(),) * (1 + 3 * (len(FACTS) + 2))
"""The ways and all figures as they are."""


def _chosen_text(view: GlanceView, speeches: Sequence[Speech], texts: PageTexts) -> str:
    if view.chosen != "speech":
        return f"{fact_text(view.chosen, texts)}: {value_text(view.value, texts)}"
    return next((one_line(speech.title) for speech in speeches if speech.id == view.value), "")


def _with_passages(index: Index, using: Sequence[SpeechUses], most: int) -> list[ListedSpeech]:
    """The first uses of a term, `most` in all, in their passages."""
    listed: list[ListedSpeech] = []
    for one in using:
        if most <= 0:
            break
        passages = used_passages(one.places[:most], index.passages(one.speech.id))
        listed.append(ListedSpeech(one.speech, index.source(one.speech.source_id), passages))
        most -= one.count
    return listed


# The figures


def _fact_figure(view: GlanceView, name: str, tallies: Sequence[Tally], texts: PageTexts) -> Updates:
    """Heading, chart and table of a fact: of all speeches, or of the uses of a term."""
    told = [one for one in tallies if one.value is not None]
    upright = name == "year" and len(told) >= LEAST_UPRIGHT
    # Beside the last year, a bar of no year would look like the next one.
    drawn = told if upright else [one for one in tallies if one.using or not view.term][:BARS_SHOWN]
    bars = [_tally_bar(view, name, one, texts) for one in drawn]
    table = tally_table_html(view, name, tallies, texts, _left_out(told if upright else tallies, drawn, texts))
    if upright:
        table = untold_html(view, name, tallies, texts) + table
    title = texts.glance_by_fact.format(fact=fact_text(name, texts).lower())
    return _drawn(title, bars, _measure_text(view, texts), table, texts, upright=upright)


def _left_out(all_of_them: Sequence[object], drawn: Sequence[object], texts: PageTexts) -> str:
    left = len(all_of_them) - len(drawn)
    return texts.glance_table_only.format(number=number_text(left)) if left else ""


def _tally_bar(view: GlanceView, name: str, tally: Tally, texts: PageTexts) -> Bar:
    values: dict[str, tuple[float, str]] = {
        "uses": (tally.uses, number_text(tally.uses)),
        "rate": (tally.per_10000, rate_text(tally.per_10000)),
        "using": (tally.using, number_text(tally.using)),
    }
    value, shown = values[view.measure] if view.term else (tally.speeches, number_text(tally.speeches))
    return Bar(one_line(value_text(tally.value, texts)), value, shown, address_of(view.of(name, tally.value)))


def _speech_figure(view: GlanceView, uses: Sequence[SpeechUses], texts: PageTexts) -> Updates:
    """Heading, chart and table of the speeches that use a term most: most often, or most densely."""
    dense = view.measure == "rate"
    ordered = sorted(uses, key=lambda one: -one.per_10000) if dense else uses
    drawn = ordered[:BARS_SHOWN]
    titles = Counter(one_line(one.speech.title) for one in drawn)
    bars = [_speech_bar(view, one, dense=dense, alone=titles[one_line(one.speech.title)] == 1) for one in drawn]
    title = texts.glance_most
    if len(ordered) > len(drawn):
        title = texts.glance_most_of.format(number=len(bars), speeches=number_text(len(ordered)))
    measure = texts.glance_rate if dense else texts.glance_uses
    table = speech_table_html(view, ordered, texts, _left_out(ordered, drawn, texts))
    return _drawn(title, bars, measure, table, texts)


def _speech_bar(view: GlanceView, uses: SpeechUses, *, dense: bool, alone: bool) -> Bar:
    """The bar of a speech; where others have its title, its file tells it apart."""
    speech = uses.speech
    label = one_line(speech.title if alone else PurePosixPath(speech.file).name)
    value, shown = (uses.per_10000, rate_text(uses.per_10000)) if dense else (uses.count, number_text(uses.count))
    return Bar(label, value, shown, address_of(view.of("speech", speech.id)))


def _measure_text(view: GlanceView, texts: PageTexts) -> str:
    words = {"uses": texts.glance_uses, "rate": texts.glance_rate, "using": texts.glance_using}
    return words[view.measure] if view.term else texts.glance_speeches


def _drawn(
    title: str, bars: Sequence[Bar], measure: str, table: str, texts: PageTexts, *, upright: bool = False
) -> Updates:
    heading = title if measure == texts.glance_speeches else f"{title} · {measure}"
    chart = bar_chart(bars, measure, texts.glance_chart.format(title=heading), upright=upright) if bars else {}
    plot = PlotData(type="altair", plot=json.dumps(chart, ensure_ascii=False)) if bars else None
    return (
        gr.update(value=f"<h2>{escape(heading)}</h2>"),
        gr.update(value=plot, visible=bool(bars)),
        gr.update(value=table),
    )
