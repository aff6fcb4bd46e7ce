"""From chosen sentences to an answer."""

from tests import made

from askspeech.composing import compose
from askspeech.datatypes import slices
from askspeech.selection import Extract

TEXT = "各部门要建立台账。县财政局负责汇总。" + "。" * 82 + "利率不高于百分之四。"
COUNTY = made.hit(TEXT[:18], of=made.speech("在青禾县大会上的讲话"))
CITY = made.hit(TEXT[100:110], start=100, of=made.speech("在云陵市\n座谈会上的讲话"))
LATE, EARLY, OTHER = Extract(COUNTY, 9, 18), Extract(COUNTY, 0, 9), Extract(CITY, 0, 10)


def test_sentences_are_grouped_by_speech_in_the_order_of_the_speech() -> None:
    composed = compose([LATE, OTHER, EARLY], "zh", lambda source_id: TEXT)
    assert composed.text == (
        "《在青禾县大会上的讲话》：\n各部门要建立台账。[1]\n县财政局负责汇总。[2]\n\n"
        "《在云陵市 座谈会上的讲话》：\n利率不高于百分之四。[3]"
    )


def test_every_sentence_has_its_citation_and_every_citation_slices_back() -> None:
    composed = compose([OTHER, LATE, EARLY], "en", lambda source_id: TEXT)
    assert [citation.number for citation in composed.citations] == [1, 2, 3]
    assert [sentence.citations for sentence in composed.sentences] == [(1,), (2,), (3,)]
    for sentence, citation in zip(composed.sentences, composed.citations, strict=True):
        assert slices(TEXT, citation.spans) == citation.quote == sentence.text


def test_no_sentences_no_text() -> None:
    composed = compose([], "zh", lambda source_id: TEXT)
    assert (composed.text, composed.sentences, composed.citations) == ("", (), ())
