"""Which `[n]` of an answer are its citations' marks."""

from dataclasses import replace

from tests import fakes

from askspeech.datatypes import Answer, Sentence
from askspeech.marks import MARK, cited_marks, placed_sentences, unmistakable

OWN = "另收手续费九千元[1][2][3]。"


def quoting(words: str) -> Answer:
    """An answer that quotes words which hold marks of their own, then something else."""
    first, second = (replace(one, number=number) for number, one in enumerate(fakes.DEBTS.citations[:2], 1))
    first = replace(first, quote=words)
    sentences = (Sentence(words, (1,)), Sentence(second.quote, (2,)))
    text = f"《讲话》：\n{words}[1]\n{second.quote}[2]"
    return replace(fakes.DEBTS, text=text, sentences=sentences, citations=(first, second))


def test_marks_inside_a_quotation_are_the_corpus_s_own() -> None:
    answer = quoting(OWN)
    marks = list(cited_marks(answer.text, answer.sentences, answer.citations))
    assert [citation.number for _, citation in marks] == [1, 2]
    assert all(
        answer.text[: span.start].endswith(one.text) for (span, _), one in zip(marks, answer.sentences, strict=True)
    )


def test_what_is_sent_has_no_other_marks() -> None:
    answer = quoting(OWN)
    sent = unmistakable(answer)
    assert MARK.findall(sent) == ["1", "2"] and "九千元［1］［2］［3］。[1]" in sent
    plain = quoting("由县财政局牵头。")
    assert unmistakable(plain) == plain.text


def test_a_sentence_that_is_not_there_has_no_place() -> None:
    assert placed_sentences("由县财政局牵头。", (Sentence("别的话。", (1,)),)) == []
