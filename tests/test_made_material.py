"""The sentences that questions are made of."""

from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import FORUM, OPENING, TEXTS
from tests.spoken import material_of, parts_of
from tests.strategies import CLAUSES

from askspeech.datatypes import Span
from askspeech.made_material import Material, Place, Said

COPIED = {"a.txt": OPENING, "b.txt": OPENING.replace("青禾县优化", "青禾县深入优化")}


def saying(material: Material, words: str, file: str) -> tuple[Said, ...]:
    return tuple(
        said
        for sentences in material.sentences.values()
        for said in sentences
        if words in said.text and said.place.file == file
    )


def test_every_sentence_stands_word_for_word_where_it_says() -> None:
    material = material_of(TEXTS)
    sentences = [said for found in material.sentences.values() for said in found]
    assert len(sentences) > 20
    for said in sentences:
        start, end = said.place.span
        assert TEXTS[said.place.file][start:end].strip() == said.quote


@given(
    st.lists(st.sampled_from(CLAUSES), min_size=2, max_size=12), st.sampled_from(["。", "。\n\n", "，\n", "\r\n\r\n"])
)
def test_quotes_occur_in_the_text_however_it_is_wrapped(pieces: list[str], glue: str) -> None:
    text = "在青禾县优化营商环境大会上的讲话\n\n同志们：\n\n" + glue.join(pieces) + "。"
    material = material_of({"a.txt": text})
    assert all(said.quote in text for found in material.sentences.values() for said in found)


def test_nothing_is_quoted_across_what_was_dropped() -> None:
    material = material_of({"a.txt": "第一句话。水印第二句话。"})
    assert material.quote("a.txt", [Span(0, 5), Span(7, 12)]) is None
    assert material.quote("a.txt", [Span(0, 5), Span(5, 7)]) == "第一句话。水印"
    assert material.quote("a.txt", []) is None


def test_what_two_files_say_is_one_piece_of_evidence() -> None:
    material = material_of(COPIED)
    (said,) = saying(material, "银杏帮办专窗", "a.txt")
    evidence = material.evidence(said)
    assert {quote.file for quote in evidence} == {"a.txt", "b.txt"}
    assert len({quote.alternative for quote in evidence}) == 1 and evidence[0].alternative is not None


def test_words_tell_a_place_where_no_other_passage_holds_them() -> None:
    part = parts_of(TEXTS)[0]
    material = material_of(TEXTS)
    everywhere = (Place(part.speech.file, part.speech.id, part.speech.span),)
    assert material.is_telling("开通货运班列", everywhere)
    assert not material.is_telling("开通货运班列", ())
    assert not material.is_telling("班列", everywhere), "one word is too few"


def test_a_term_is_looked_for_in_all_files_in_whatever_script() -> None:
    material = material_of(TEXTS)
    assert material.holds("無抵押信用貸款") and material.holds("银杏")
    assert not material.holds("大熊猫")


def test_a_term_that_two_sentences_use_is_in_none_alone() -> None:
    material = material_of({"a.txt": FORUM + "\n我们要办好“云企贷”平台。\n"})
    (said, _) = saying(material, "云企贷", "a.txt")
    assert not material.is_only_in("云企贷", said)
