"""Questions made by rule: of which paragraphs, how many, and in which words."""

import random
import re
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.training import invented
from training.made_questions import (
    FORMS,
    LONGEST,
    NAME,
    OF_A_PARAGRAPH,
    PARAGRAPHS_OF,
    SHORTEST,
    made_questions,
    question,
)
from training.pairs import PairSet

PARAGRAPH = "青禾县是一个以竹编闻名的地方。当地的货运班列由交通运输局牵头！"
some_text = st.text(st.sampled_from("青禾县是银杏竹编闻名在，。：（）“”！\n0123年月%{}"), max_size=60)


def all_questions(sentence: str, paragraph: str = PARAGRAPH) -> set[str]:
    """What comes of a sentence by any chance."""
    return {question(paragraph, sentence, random.Random(seed)) for seed in range(1000)}


def test_a_clause_is_asked_about_in_every_form_with_and_without_what_the_paragraph_names() -> None:
    clause = "货运班列通到临港"
    forms = {form.format(subject=subject, clause=clause) + "？" for form in FORMS for subject in ("", "青禾县")}
    assert all_questions(clause) == forms


def test_only_clauses_of_a_fitting_length_are_asked_about() -> None:
    short, long = "开通了班", "竹" * (LONGEST + 1)
    assert (SHORTEST, LONGEST) == (5, 28)
    assert all_questions(f"{short}，{long}（{short}）") == {""}
    assert all(short not in asked for asked in all_questions(f"{short}，货运班列通到临港"))
    assert all("竹" * LONGEST in asked for asked in all_questions("竹" * LONGEST))


@pytest.mark.parametrize("mark", "，,：:（）()“”")
def test_clauses_end_at_marks(mark: str) -> None:
    for asked in all_questions(f"货运班列通到临港{mark}帮办专窗设在大厅"):
        assert ("货运班列通到临港" in asked) != ("帮办专窗设在大厅" in asked)


@pytest.mark.parametrize("day", ["1998年", "1998年5月", "1998年5月12日", "305年"])
def test_a_date_is_asked_for_first(day: str) -> None:
    asked = all_questions(f"班列在{day}开通了12条")
    assert asked == {
        f"{subject}班列在{word}开通了12条？" for subject in ("", "青禾县") for word in ("哪一年", "什么时候")
    }


@pytest.mark.parametrize("number", ["26", "3.5", "12%", "１２"])
def test_a_number_is_asked_for(number: str) -> None:
    asked = all_questions(f"班列全年发运{number}列，共3趟")
    assert asked == {f"{subject}班列全年发运{word}列？" for subject in ("", "青禾县") for word in ("多少", "几")}


def test_what_the_paragraph_names_is_said_once() -> None:
    asked = all_questions("青禾县的货运班列")
    assert all(each.count("青禾县") == 1 for each in asked)


def test_a_name_is_cut_at_ten_characters() -> None:
    paragraph = "竹编学堂和水厂联合会章程草案，一共九条。每一条都由大家表决通过。"
    asked = all_questions("发给每家26份", paragraph)
    assert asked == {f"{name}发给每家{word}份？" for name in ("", "竹编学堂和水厂联合会") for word in ("多少", "几")}


def test_six_in_ten_questions_name_what_the_paragraph_is_about() -> None:
    # A number leaves no choice of forms, some of which name nothing.
    asked = [question(PARAGRAPH, "班列发运26列", random.Random(seed)) for seed in range(2000)]
    assert sum("青禾县" in each for each in asked) / len(asked) == pytest.approx(0.6, abs=0.04)


@given(paragraph=some_text, sentence=some_text, seed=st.integers(0, 1000))
def test_any_text_gives_a_question_or_nothing(paragraph: str, sentence: str, seed: int) -> None:
    asked = question(paragraph, sentence, random.Random(seed))
    assert asked == question(paragraph, sentence, random.Random(seed))
    clauses = [part for part in re.split("[，,：:（）()“”]", sentence) if SHORTEST <= len(part) <= LONGEST]
    assert bool(asked) == bool(clauses)
    assert not asked or asked.endswith("？")


def sets(count: int = 12) -> list[PairSet]:
    """The data sets that have paragraphs, each with other pairs, and one that has none."""
    own = [PairSet(name, tuple(invented.pairs(count, 50 * place))) for place, name in enumerate(PARAGRAPHS_OF)]
    return [*own, PairSet("law_chapter_article", tuple(invented.pairs(count, 400)))]


def test_questions_are_made_of_the_paragraphs_of_three_data_sets_alone() -> None:
    made = made_questions(sets(), seed=7)
    paragraphs = {paragraph for pair_set in sets()[:-1] for _, paragraph in pair_set.pairs}
    assert made.name == NAME
    assert made.dropped == 0
    assert {paragraph for _, paragraph in made.pairs} == paragraphs


def test_a_paragraph_gives_at_most_six_and_no_pair_comes_twice() -> None:
    made = made_questions(sets(), seed=7)
    counts = Counter(paragraph for _, paragraph in made.pairs)
    assert OF_A_PARAGRAPH == 6
    assert max(counts.values()) <= OF_A_PARAGRAPH
    assert len(set(made.pairs)) == len(made.pairs) > 4 * len(counts)


def test_a_paragraph_that_several_questions_share_is_used_once() -> None:
    twice = [PairSet(name, (("问甲", PARAGRAPH), ("问乙", PARAGRAPH))) for name in PARAGRAPHS_OF]
    assert 1 <= len(made_questions(twice, seed=7).pairs) <= OF_A_PARAGRAPH


@pytest.mark.parametrize("paragraph", ["只有一句话的段落不用来提问。", "短。也短。还短。", ""])
def test_a_paragraph_needs_two_sentences(paragraph: str) -> None:
    assert made_questions([PairSet(PARAGRAPHS_OF[0], (("问", paragraph),))], seed=7).pairs == ()


def test_the_same_seed_makes_the_same_questions() -> None:
    assert made_questions(sets(), seed=7) == made_questions(sets(), seed=7)
    assert made_questions(sets(), seed=7) != made_questions(sets(), seed=8)


def test_every_question_asks_about_a_sentence_of_its_own_paragraph() -> None:
    for asked, paragraph in made_questions(sets(2), seed=7).pairs:
        sentences = [sentence for sentence in re.split("[。！]", paragraph) if sentence]
        assert any(asked in all_questions(sentence, paragraph) for sentence in sentences)
