"""The glossary of the field: the form of its file, and what it finds in English questions."""

import re
from collections import Counter
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from askspeech.glossary import Term, Translation, chinese_question, glossary, parse_glossary, translate
from askspeech.tokens import question_tokens

TEXT = resources.files("askspeech").joinpath("glossary.txt").read_text(encoding="utf-8")
LINES = [line for line in TEXT.partition("\n[ignored]\n")[0].splitlines() if line and not line.startswith("#")]


def found(question: str) -> dict[str, str]:
    """The first Chinese alternative by what was matched."""
    return {term.english: term.chinese[0] for term in translate(question).terms}


def test_every_line_has_its_form() -> None:
    term, chinese = r"[a-z0-9][a-z0-9 '&,.-]*", r"[A-Z0-9㐀-鿿]+"
    form = re.compile(rf"{term}(?:; {term})* = {chinese}(?:; {chinese})*")
    assert [line for line in LINES if not form.fullmatch(line)] == []


def test_there_are_enough_entries() -> None:
    assert 700 <= len(LINES) <= 1000


def test_no_term_stands_twice() -> None:
    terms = [re.sub(r"[-, ]+", " ", term.strip()) for line in LINES for term in line.split("=")[0].split(";")]
    assert [term for term, times in Counter(terms).items() if times > 1] == []
    assert len(glossary().phrases) == len(terms)


def test_no_alternative_stands_twice() -> None:
    sides = [[one.strip() for one in line.split("=")[1].split(";")] for line in LINES]
    assert [side for side in sides if len(set(side)) < len(side)] == []


def test_what_is_ignored_is_no_term() -> None:
    assert [word for word in glossary().ignored if (word,) in glossary().phrases] == []


@pytest.mark.parametrize("line", ["window", "window =", "= 窗口", "; = 窗口"])
def test_a_line_without_both_sides_is_no_entry(line: str) -> None:
    with pytest.raises(ValueError, match="no entry of the glossary"):
        parse_glossary(f"# terms\n\ncounter = 窗口\n{line}\n")


def test_a_glossary_is_read_with_its_comments_and_ignored_words() -> None:
    read = parse_glossary("# terms\nservice window; counter = 窗口; 柜台\n\n[ignored]\n# words\nwhom thou\n")
    assert read.phrases == {("service", "window"): ("窗口", "柜台"), ("counter",): ("窗口", "柜台")}
    assert {"whom", "thou", "the"} <= read.ignored


@pytest.mark.parametrize(
    ("question", "english", "chinese"),
    [
        ("What is the front-line working method?", "front line working method", "一线工作法"),
        ("Who said 'do it right away'?", "do it right away", "马上就办"),
        ("How do we walk the last mile?", "last mile", "最后一公里"),
        ("Is there a one-stop service?", "one stop service", "一站式服务"),
        ("How is the business environment?", "business environment", "营商环境"),
        ("Which businesses closed?", "businesses", "企业"),
        ("How many companies are there?", "companies", "企业"),
        ("Which parties signed?", "parties", "党"),
        ("What did the mayor's office say?", "mayor", "市长"),
        ("Who owns the firms’ factories?", "firms", "企业"),
        ("Which debts were repaid by paying in cash?", "paying", "支付"),
        ("Which rules were cancelled?", "cancelled", "取消"),
        ("Are permits cut?", "cut", "减少"),
        ("Which step was simplified?", "simplified", "简化"),
        ("How is it optimised?", "optimised", "优化"),
        ("How is it optimizing?", "optimizing", "优化"),
        ("Which labour bureau?", "labour bureau", "人力资源和社会保障局"),
        ("Which labor bureau?", "labor bureau", "人力资源和社会保障局"),
        ("What of the GDP?", "gdp", "GDP"),
        ("Who queued at the windows?", "queued", "排队"),
        ("Who is in charge of clearing debts?", "in charge of", "牵头"),
        ("By what percentage?", "percentage", "百分之"),
    ],
)
def test_terms_are_found(question: str, english: str, chinese: str) -> None:
    assert found(question)[english] == chinese


def test_the_longest_term_wins() -> None:
    assert list(found("the government work report")) == ["government work report"]
    assert list(found("work for the government, report")) == ["work", "government", "report"]


def test_a_term_stands_once_and_in_order() -> None:
    terms = translate("Does the mayor see farmers, and do farmers see the mayor?").terms
    assert [term.english for term in terms] == ["mayor", "farmers"]


def test_unknown_words_are_kept_and_stop_words_are_neither() -> None:
    assert translate("According to whom isn't the hamster's window called much?") == Translation(
        (Term("window", ("窗口",)),), ("hamster",)
    )


@pytest.mark.parametrize("word", ["feed", "string", "news", "class", "bus", "king", "thing"])
def test_what_only_looks_like_an_ending_is_none(word: str) -> None:
    assert translate(word).terms in ((), (Term(word, glossary().phrases.get((word,), ())),))


def test_numbers_acronyms_and_chinese_text_are_terms_of_themselves() -> None:
    terms = translate("In 2023, did 12345, 4.5 or 1,200 PPPs of the 3rd kind say 马上就办?").terms
    assert [term.chinese for term in terms] == [
        *(("2023",), ("12345",), ("4.5",), ("1,200",)),
        *(("PPP",), ("3rd",), ("马上就办",)),
    ]


def test_capitals_throughout_make_no_acronyms() -> None:
    assert translate("WHICH HAMSTER OPENED THE WINDOW?").unknown == ("hamster",)


@pytest.mark.parametrize(
    "question",
    ["Will it rain in the football stadium?", "How do I bake a cake?", "Does a violin have strings?"],
)
def test_foreign_subjects_are_unknown(question: str) -> None:
    translation = translate(question)
    assert not translation.terms
    assert translation.unknown


def test_chinese_question_says_each_alternative_once() -> None:
    translation = Translation((Term("firm", ("企业", "公司")), Term("enterprise", ("企业",))), ("hamster",))
    assert chinese_question(translation) == "企业， 公司"
    assert chinese_question(Translation((), ("hamster",))) == ""


def test_neighbouring_terms_do_not_grow_together_in_the_search() -> None:
    tokens = question_tokens(chinese_question(translate("hotline of the bureau's mayor")))
    assert "线1" not in tokens["text_bigrams"]
    assert "局市" not in tokens["text_bigrams"]
    assert {"热线", "市长"} <= set(tokens["text_bigrams"])


@given(st.text(max_size=200))
def test_any_text_is_translated(question: str) -> None:
    translation = translate(question)
    assert all(term.english and term.chinese for term in translation.terms)
    assert all(translation.unknown)
    chinese_question(translation)


@given(st.lists(st.sampled_from([" ".join(phrase) for phrase in glossary().phrases]), max_size=6))
def test_terms_alone_leave_nothing_unknown(terms: list[str]) -> None:
    assert translate(" and ".join(terms)).unknown == ()
