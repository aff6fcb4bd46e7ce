"""How much of a sentence's words the evidence has."""

from askspeech.coverage import Similarity, clause_coverage, word_faults
from askspeech.statements import statement

EVIDENCE = [statement("要高度重视民营经济发展，县财政局建立拖欠企业账款台账，费用由财政承担。")]


def kinds(sentence: str, similarity: Similarity | None = None) -> list[str]:
    return [fault.kind for fault in word_faults(statement(sentence), EVIDENCE, similarity=similarity)]


def test_each_clause_is_covered_for_itself() -> None:
    clauses = list(clause_coverage(statement("建立拖欠账款台账，免费配备法律顾问"), EVIDENCE))
    assert clauses[0].share == 1
    assert clauses[1].share == 0
    assert [token.text for token in clauses[1].missing][:2] == ["免费", "配备"]


def test_words_that_mean_the_same_are_found() -> None:
    assert kinds("设立拖欠公司欠款台账") == []


def test_a_claim_behind_stock_phrases_is_missed() -> None:
    assert kinds("要高度重视民营经济发展，为企业配备法律顾问") == ["words"]


def test_another_subject_is_nothing() -> None:
    assert kinds("今年冬天的雪下得特别大") == ["nothing"]


def test_a_sentence_of_stock_phrases_needs_its_words() -> None:
    assert kinds("要高度重视") == []
    assert kinds("坚定信心，久久为功") == ["nothing"]


def test_another_noun_in_the_same_place_is_swapped() -> None:
    assert kinds("县财政局建立拖欠职工账款台账") == ["swapped"]


def test_a_rare_word_weighs_more() -> None:
    rare = {"法律顾问": 9.0}
    clauses = list(clause_coverage(statement("企业有法律顾问"), EVIDENCE, lambda word: rare.get(word, 1.0)))
    assert clauses[0].share < 0.2


def test_a_model_may_know_that_words_are_alike() -> None:
    assert (
        kinds("县财政局建立拖欠职工账款台账", similarity=lambda one, other: float({one, other} == {"职工", "企业"}))
        == []
    )


def test_short_forms_are_found() -> None:
    (clause,) = clause_coverage(statement("参加培训的老板"), [statement("参训的老板")])
    assert clause.missing == ()
    (clause,) = clause_coverage(statement("入园检查"), [statement("进入园区检查")])
    assert clause.share >= 0.8


def test_the_cause_itself_must_be_there() -> None:
    evidence = [statement("为什么有企业搬走？一是人工太贵，二是运费太高。")]
    assert [fault.words for fault in word_faults(statement("企业搬走的原因是税负太重。"), evidence)] == ["税负"]
    assert not list(word_faults(statement("企业搬走的原因是人工太贵。"), evidence))


def test_a_lead_in_needs_no_words() -> None:
    evidence = [statement("云溪县设了企业服务日。"), statement("石桥县建了帮办队伍。")]
    said = "两地不约而同亮出新招数：云溪县设企业服务日，石桥县建帮办队伍。"
    assert not list(word_faults(statement(said), evidence))
