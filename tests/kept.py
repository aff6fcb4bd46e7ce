"""Kept turns for tests: those of the fakes' answers, and any at all."""

from hypothesis import strategies as st
from tests.fakes import DEBTS, OFFICERS, WEATHER

from askspeech.datatypes import Citation, Filters, Locator, Sentence, Span, Usage
from askspeech.keeping import KeptPassage, KeptTurn, kept_turn

DEBTS_TURN = kept_turn(DEBTS, asked_at=1_700_000_000.25, generation="20250101-000000")
OFFICERS_TURN = kept_turn(OFFICERS, asked_at=1_700_000_060.5, generation="20250101-000000")
WEATHER_TURN = kept_turn(WEATHER, asked_at=1_700_000_120.0, generation="20250102-000000")

ODD = ("\x00", "\ud800", "\udfff", "\udc80", "👩\u200d💻", "𠮷", "台账", "%", "_", "'", '"', "\\", "\r\n", "\u2028")
words = st.lists(st.one_of(st.characters(codec="utf-8"), st.sampled_from(ODD)), max_size=6).map("".join)
several_words = st.lists(words, max_size=2).map(tuple)
seconds = st.floats(0, 1e10)
spans = st.lists(st.builds(Span, st.integers(0, 10**6), st.integers(0, 10**6)), max_size=3).map(tuple)
supports = st.sampled_from(("supported", "partly", "not_found"))
locators = st.builds(Locator, st.sampled_from(("page", "paragraph", "line")), st.integers(1, 999), st.integers(1, 999))


def several(things: st.SearchStrategy[object]) -> st.SearchStrategy[tuple[object, ...]]:
    return st.lists(things, max_size=2).map(tuple)


citations = st.builds(
    Citation,
    st.integers(1, 99), words, words, words, words, words, spans, words, locators, several_words, supports,
)  # fmt: skip
sentences = st.builds(Sentence, words, several(st.integers(1, 99)), supports, words, spans)
passages = st.builds(KeptPassage, words, words, words, words, words, words, spans, several_words)
turns = st.builds(
    KeptTurn,
    question=words,
    asked_at=seconds,
    filters=st.builds(Filters, *[several_words] * 6),
    filtered_by=several(st.tuples(words, words)),
    text=words,
    sentences=several(sentences),
    citations=several(citations),
    outcome=st.sampled_from((None, "answered", "partly", "blanked_out", "part_hidden", "not_found")),
    language=st.sampled_from(("zh", "en")),
    kind=st.sampled_from(("list", "figure", "comparison", "fact")),
    notices=several_words,
    nearest=several(passages),
    removed=several_words,
    usage=st.builds(
        Usage, seconds, st.one_of(st.none(), seconds), st.integers(0, 10**6), st.integers(0, 10**6), st.booleans()
    ),
    search_question=words,
    generation=words,
    state=st.sampled_from(("done", "stopped", "failed")),
    problem=words,
    suggestions=several_words,
    literal=st.booleans(),
    quotations=st.booleans(),
)
