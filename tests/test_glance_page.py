"""The page "at a glance" without a browser: addresses, charts, tables, lists, and what its events answer."""

import json
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import quote

import gradio as gr
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import fakes

from askspeech.datatypes import Filters
from askspeech.errors import StoreMissingError
from askspeech.glance import FACTS
from askspeech.glance_charts import Bar, bar_chart
from askspeech.glance_page import BARS_SHOWN, GlanceHandlers
from askspeech.glance_rendering import rate_text
from askspeech.glance_view import MEASURES, USES_AT_ONCE, GlanceView, fragment_of, parsed_view
from askspeech.live_index import LiveIndex, Opened
from askspeech.rendering import escape, place_value
from askspeech.texts import CHINESE, ENGLISH

CHINESE_READER = cast(gr.Request, SimpleNamespace(session_hash="zh", headers={"accept-language": "zh-CN,zh;q=0.9"}))
ENGLISH_READER = cast(gr.Request, SimpleNamespace(session_hash="en", headers={"accept-language": "en-US,en;q=0.9"}))

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
CHOICES = st.sampled_from(FACTS).flatmap(lambda name: st.tuples(st.just(name), st.none() | TEXT.filter(bool)))
VIEWS = st.builds(
    lambda term, by, measure, chosen, listed: GlanceView(term.strip(), by, measure, *chosen, listed),
    TEXT, st.sampled_from(FACTS), st.sampled_from(MEASURES),
    CHOICES | st.tuples(st.just("speech"), TEXT.filter(bool)) | st.just(("", None)), st.integers(USES_AT_ONCE, 9999),
)  # fmt: skip


# Addresses


@given(VIEWS)
def test_an_address_is_read_as_it_was_made(view: GlanceView) -> None:
    made = fragment_of(view)
    assert made.startswith("#") and made.isascii() and not set(made) & set(" \"'<>\n")
    assert parsed_view(made) == parsed_view(made[1:]) == parsed_view(f"{made}&told=7") == view


@given(st.text(max_size=300))
def test_any_text_is_an_address(text: str) -> None:
    assert isinstance(parsed_view(text), GlanceView)


@pytest.mark.parametrize(
    "text",
    ["", "#", "#term=", "#by=office", "#measure=x", "#untold=office", "#listed=-1", "#listed=99999999999", "#year=",
     "#" + "&".join(["year=2023"] * 51), "#term=" + "青" * 9000],
)  # fmt: skip
def test_what_says_nothing_shows_all_speeches(text: str) -> None:
    assert parsed_view(text) == GlanceView()


def test_a_view_knows_what_it_lists() -> None:
    first, second = fakes.FIRST_SPEECH, fakes.SECOND_SPEECH
    assert GlanceView(chosen="year", value="2023").lists(first)
    assert not GlanceView(chosen="year", value="2023").lists(second)
    assert GlanceView(chosen="year", value=None).lists(second)
    assert GlanceView(chosen="speech", value=second.id).lists(second)
    assert not GlanceView().lists(second)
    assert GlanceView(chosen="level", value="县").filters == Filters(level=("县",))
    assert not GlanceView(chosen="year", value=None).filters


@pytest.mark.parametrize(("rate", "shown"), [(0.0, "0.00"), (12.345, "12.35"), (0.1, "0.10"), (0.0123, "0.012")])
def test_rates_are_written_short(rate: float, shown: str) -> None:
    assert rate_text(rate) == shown


# Charts


def chart_of(bars: list[Bar], *, upright: bool = False) -> dict[str, Any]:
    return bar_chart(bars, "次数", "说明", upright=upright)


def rows_of(chart: dict[str, Any]) -> list[dict[str, Any]]:
    (rows,) = chart["datasets"].values() if "datasets" in chart else [chart["data"]["values"]]
    return cast(list[dict[str, Any]], rows)


def test_a_chart_works_without_eval_and_its_bars_are_links() -> None:
    chart = chart_of([Bar("甲", 2, "2", "glance#a"), Bar("甲", 1, "1", "glance#b")])
    assert chart["usermeta"]["embedOptions"] == {"ast": True, "actions": False, "renderer": "svg"}
    assert "$schema" not in chart, "Gradio complains of other versions than its own"
    assert [row["label"] for row in rows_of(chart)] == ["甲", "甲 (2)"], "bars of one label would be added up"
    assert [row["link"] for row in rows_of(chart)] == ["glance#a", "glance#b"]
    assert rows_of(chart)[0]["said"] == "甲: 2 (次数)"
    assert all(layer["encoding"]["href"]["field"] == "link" for layer in chart["layer"])
    assert len(chart["layer"]) == 2, "bars and their numbers"


def test_many_upright_bars_have_an_axis_in_place_of_numbers() -> None:
    few = chart_of([Bar(str(year), 1, "1", "#") for year in range(2000, 2010)], upright=True)
    many = chart_of([Bar(str(year), 1, "1", "#") for year in range(1950, 2010)], upright=True)
    assert [len(few["layer"]), len(many["layer"])] == [2, 1]
    assert many["layer"][0]["encoding"]["y"]["axis"]["labels"] is True


# Events

HEAD = 4
OVERVIEW = ("term", "said", "overview", "of_term", "ways")
FIGURES = (*FACTS, "by_fact", "by_speech")


class Page:
    """What the events would fill, by name; `None` where something stays as it is."""

    def __init__(self, shown: tuple[Any, ...]) -> None:
        names = [*OVERVIEW, *(f"{name} {part}" for name in FIGURES for part in ("title", "plot", "table"))]
        assert len(shown) == len(names) + 2
        self.parts = dict(zip([*names, "listed", "drawn"], shown, strict=True))

    def value(self, name: str) -> Any:
        part = self.parts[name]
        return part.get("value") if isinstance(part, dict) else part

    def seen(self, name: str) -> bool:
        return bool(self.parts[name]["visible"])

    def bars(self, name: str) -> list[tuple[str, float]]:
        return [(row["label"], row["value"]) for row in rows_of(json.loads(self.value(f"{name} plot").plot))]


def page_at(
    view: GlanceView | str,
    index: fakes.FakeIndex | None = None,
    *,
    drawn: str = "",
    request: gr.Request = CHINESE_READER,
) -> Page:
    live = LiveIndex(lambda: Opened(index or fakes.FakeIndex(), fakes.FakeAnswers()))
    told = view if isinstance(view, str) else fragment_of(view)
    return Page(GlanceHandlers(live, "askspeech build FOLDER").shown(told, drawn, request))


def test_all_speeches_are_counted_by_every_fact() -> None:
    page = page_at(GlanceView())
    assert page.seen("overview") and not page.seen("of_term")
    assert page.bars("year") == [("2023", 1), (CHINESE.glance_untold, 1)]
    assert page.bars("level") == [("县", 2)]
    assert page.bars("kind") == [("大会", 1), ("座谈会", 1)]
    assert escape(CHINESE.glance_by_fact.format(fact="层级")) in page.value("level title")
    assert f'href="{escape("glance#level=%E5%8E%BF")}"' in page.value("level table")
    assert escape(CHINESE.glance_right_empty) in page.value("listed")
    assert page.value("term") == ""


def test_years_stand_side_by_side_in_their_order() -> None:
    parts = [f"第{number}篇。服务。\n" for number in range(7)]
    text = "".join(parts)
    years = ["2021", "2017", "2018", "2020", "2019"]
    told: list[dict[str, str]] = [*({"year": year} for year in years), {}, {}]
    speeches = [fakes.speech(at, "题", part, whole=text, **told[at]) for at, part in enumerate(parts)]
    index = fakes.FakeIndex(text, tuple(speeches))
    for view, value in ((GlanceView(), "year"), (GlanceView("服务"), "by_fact"), (GlanceView("第0篇"), "by_fact")):
        page = page_at(view, index)
        labels = [label for label, _ in page.bars(value)]
        assert labels == sorted(years), "those without a use too, and none that would look like the year after"
    untold = escape(CHINESE.glance_untold_fact.format(fact="年份", number=2))
    assert untold in page_at(GlanceView(), index).value("year table")
    assert untold not in page_at(GlanceView("第0篇"), index).value("by_fact table"), "they do not use it"


def test_a_bar_leads_to_its_speeches() -> None:
    page = page_at(GlanceView(chosen="kind", value="座谈会"))
    listed = page.value("listed")
    assert escape(fakes.SECOND_SPEECH.title) in listed and escape(fakes.FIRST_SPEECH.title) not in listed
    assert f'value="{place_value("speech-2", ())}"' in listed
    assert f'href="{escape("./#kind=%E5%BA%A7%E8%B0%88%E4%BC%9A")}"' in listed, "the chat with that filter"
    assert f'href="{escape("./#speech=speech-2")}"' in listed
    assert f'href="{escape("./library#find=" + quote(fakes.SECOND_SPEECH.title, safe=""))}"' in listed
    untold = page_at(GlanceView(chosen="year", value=None)).value("listed")
    assert escape(fakes.SECOND_SPEECH.title) in untold and escape(CHINESE.glance_ask) not in untold
    assert escape(CHINESE.glance_gone) in page_at(GlanceView(chosen="year", value="1900")).value("listed")


def test_a_term_is_counted_by_year_and_by_speech() -> None:
    page = page_at(GlanceView("服务"))
    assert page.seen("of_term") and not page.seen("overview")
    assert page.value("term") == "服务"
    assert page.bars("by_fact") == [(CHINESE.glance_untold, fakes.SECOND.count("服务"))]
    assert page.bars("by_speech") == [("在柳溪县服务企业座谈会上的讲话", fakes.SECOND.count("服务"))]
    said = CHINESE.glance_found.format(
        term="服务", using=1, uses=4, speeches=2, rate=rate_text(40000 / len(fakes.FIRST + fakes.SECOND))
    )
    assert escape(said) in page.value("said")
    assert "as-chosen" in page.value("ways")
    by_kind = page_at(GlanceView("服务", by="kind", measure="using"))
    assert by_kind.bars("by_fact") == [("座谈会", 1)], "kinds without a use are in the table alone"
    assert escape("大会") in by_kind.value("by_fact table")
    ((_, rate),) = page_at(GlanceView("服务", by="kind", measure="rate")).bars("by_fact")
    assert rate == pytest.approx(10_000 * 4 / len(fakes.SECOND))


def test_a_bar_of_a_term_leads_to_its_passages_with_the_term_marked() -> None:
    page = page_at(GlanceView("服务专员", chosen="kind", value="座谈会"))
    listed = page.value("listed")
    assert listed.count(f"<mark>{escape('服务专员')}</mark>") == 2
    assert escape(fakes.PATH[0]) in listed
    first, second = (fakes.span_of("服务专员"), fakes.span_of("服务专员，每周"))
    spans = (first, type(second)(second.start, second.start + 4))
    assert f'value="{place_value("speech-2", spans)}"' in listed, "opens at the exact words"
    by_speech = page_at(GlanceView("服务专员", chosen="speech", value="speech-2")).value("listed")
    assert listed.count("as-used") == by_speech.count("as-used") == 1
    assert escape(CHINESE.glance_gone) in page_at(GlanceView("服务专员", chosen="year", value="2023")).value("listed")


def test_a_term_in_a_title_or_across_a_page_break_is_listed_too(index: Any, answerer: Any) -> None:
    handlers = GlanceHandlers(LiveIndex(lambda: Opened(index, answerer)), "build")
    speech = next(one for one in index.speeches() if "动员大会" in one.title)
    view = GlanceView("动员大会", chosen="speech", value=speech.id)
    page = Page(handlers.shown(fragment_of(view), "", CHINESE_READER))
    assert page.value("listed").count("<mark>") == 2


def test_charts_that_are_drawn_stay_as_they_are() -> None:
    first = page_at(GlanceView("服务"))
    again = page_at(GlanceView("服务", chosen="speech", value="speech-2"), drawn=first.value("drawn"))
    assert again.value("by_fact plot") is None and "value" not in again.parts["by_fact table"]
    assert "as-used" in again.value("listed")
    other = page_at(GlanceView("服务", measure="rate"), drawn=first.value("drawn"))
    assert other.value("by_fact plot") is not None
    english = page_at(GlanceView("服务"), drawn=first.value("drawn"), request=ENGLISH_READER)
    assert escape(ENGLISH.glance_uses) in english.value("by_fact title")


def test_more_uses_than_are_shown_at_once_are_a_link_away() -> None:
    text = fakes.FIRST + "服务。\n" * (USES_AT_ONCE + 10)
    speech = fakes.speech(1, "多", text, whole=text)
    index = fakes.FakeIndex(text, (speech,))
    view = GlanceView("服务", chosen="speech", value="speech-1")
    page = page_at(view, index)
    assert page.value("listed").count("<mark>") == USES_AT_ONCE
    assert escape(CHINESE.glance_more.format(number=10)) in page.value("listed")
    assert "listed" in fragment_of(GlanceView(listed=150))
    more = page_at(GlanceView("服务", chosen="speech", value="speech-1", listed=150), index)
    assert more.value("listed").count("<mark>") == USES_AT_ONCE + 10
    assert "as-more" not in more.value("listed")


def test_only_the_most_frequent_values_are_drawn() -> None:
    parts = [f"第{number}篇。服务。\n" for number in range(BARS_SHOWN + 5)]
    text = "".join(parts)
    speeches = [
        fakes.speech(at, "同题", part, file=f"{at}.txt", whole=text, place=f"{at}县") for at, part in enumerate(parts)
    ]
    index = fakes.FakeIndex(text, tuple(speeches))
    assert len(page_at(GlanceView(), index).bars("place")) == BARS_SHOWN
    page = page_at(GlanceView("服务"), index)
    assert [label for label, _ in page.bars("by_speech")] == [f"{at}.txt" for at in range(BARS_SHOWN)]
    assert escape(CHINESE.glance_table_only.format(number=5)) in page.value("by_speech table")
    assert page.value("by_speech table").count("<tr>") == 1 + BARS_SHOWN + 5


def test_what_is_no_term_says_so_and_stays_in_the_box() -> None:
    page = page_at("#term=？？")
    assert page.value("term") == "？？"
    assert "as-problem" in page.value("said")
    assert not page.seen("overview") and not page.seen("of_term")
    assert page.value("drawn") == ""
    nothing = page_at(GlanceView("火星"))
    assert escape(CHINESE.glance_none.format(term="火星", speeches=2)) in nothing.value("said")
    assert not nothing.seen("of_term")
    assert "as-problem" in page_at("#term=" + "字" * 200).value("said")


def test_without_an_index_the_page_waits_for_one() -> None:
    opened: list[Opened] = []

    def open_index() -> Opened:
        if not opened:
            raise StoreMissingError("There is no index here.")
        return opened[0]

    handlers = GlanceHandlers(LiveIndex(open_index), "askspeech build FOLDER")
    said, looking = handlers.opened(CHINESE_READER)
    assert "askspeech build FOLDER" in said["value"].replace("&#32;", " ") and looking["active"]
    assert escape(CHINESE.glance_not_yet) in Page(handlers.shown("#", "", CHINESE_READER)).value("said")
    opened.append(Opened(fakes.FakeIndex(), fakes.FakeAnswers()))
    said, looking = handlers.opened(ENGLISH_READER)
    assert "as-glance-ready" in said["value"] and escape(ENGLISH.glance_loading) in said["value"]
    assert not looking["active"]


@pytest.mark.parametrize("view", [GlanceView(chosen="kind", value="大会"), GlanceView("正文"), GlanceView("后面")])
def test_hostile_text_is_escaped_everywhere(view: GlanceView) -> None:
    """Titles, files, headings, values of facts and passages; and labels of charts, which Gradio would translate."""
    index, _ = fakes.hostile()
    told = [
        fakes.speech(number, payload, index.text[slice(*one.span)], file=payload, whole=index.text, level=payload,
                     place=payload, kind="大会", year=payload)
        for number, (payload, one) in enumerate(zip(fakes.HOSTILE, index.all_speeches, strict=True), 1)
    ]  # fmt: skip
    hostile = fakes.FakeIndex(index.text, tuple(told))
    pages = [page_at(view, hostile)]
    pages += [page_at(view.of(*chosen), hostile) for chosen in [("level", one) for one in fakes.HOSTILE]]
    for page in pages:
        html = "".join(str(page.value(name) or "") for name in page.parts if "plot" not in name)
        for tag in (
            "<img",
            "<script",
            "<svg",
            "<iframe",
            "<form",
            '<a href="java',
            "<textarea",
            "onerror=",
            "__i18n__",
        ):
            assert tag not in html
        plots = [page.value(name) for name in page.parts if "plot" in name]
        drawn = "".join(plot.plot for plot in plots if plot is not None)
        assert "__i18n__{" not in drawn and "\x1b" not in drawn


def test_a_hostile_term_is_only_text() -> None:
    for payload in fakes.HOSTILE:
        page = page_at(GlanceView(payload.strip()[:100]))
        assert "<img" not in page.value("said") and "<script" not in page.value("said")


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def test_a_long_corpus_is_searched_quickly() -> None:
    """Three million characters in a hundred speeches, as 10,000 passages have: 0.5 s on an idle machine."""
    paragraph = "优化营商环境是一项系统工程，" + "各部门要主动服务企业。" * 26 + "\n"
    parts = [f"第{number}篇\n" + paragraph * 100 for number in range(100)]
    text = "".join(parts)
    places, at = [], 0
    for part in parts:
        places.append((at, at + len(part)))
        at += len(part)
    speeches = tuple(
        fakes.replace(fakes.FIRST_SPEECH, id=f"speech-{number}", span=fakes.Span(*place))
        for number, place in enumerate(places)
    )
    index = fakes.FakeIndex(text, speeches)
    index.uses("先读字形表")
    assert min(timed(lambda: index.uses("营商环境")) for _ in range(3)) < 1.5
    assert index.uses("营商环境").count == 100 * 100
