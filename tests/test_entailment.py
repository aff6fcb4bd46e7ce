"""The checker's model: what it says of a pair, what it refuses, and what becomes of a check that uses one."""

from pathlib import Path

import pytest
from tests import tiny

from askspeech.attributing import checks_for
from askspeech.entailment import UNDECIDED, EntailmentModel, Sharpener, sharpener_of
from askspeech.errors import ModelError
from askspeech.settings import ChatSettings, from_environment

EVIDENCE, SENTENCE = "政府清理企业的账款。", "政府怎么办企业的账款。"


@pytest.fixture(scope="module")
def nli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    names = ("contradiction", "Entailment", "neutral")
    return tiny.cross_encoder(tmp_path_factory.mktemp("nli"), labels=3, names=names)


def test_the_share_of_entailment_is_that_of_the_library(nli: Path) -> None:
    from sentence_transformers import CrossEncoder

    theirs = CrossEncoder(str(nli), device="cpu").predict(
        [(EVIDENCE, SENTENCE)], apply_softmax=True, show_progress_bar=False
    )
    assert EntailmentModel(str(nli))(EVIDENCE, SENTENCE) == pytest.approx(float(theirs[0][1]), abs=1e-5)


def test_one_score_is_brought_between_0_and_1(tmp_path: Path) -> None:
    model = EntailmentModel(str(tiny.cross_encoder(tmp_path)))
    assert 0 < model(EVIDENCE, SENTENCE) < 1
    assert 0 < model("\ud800", "") < 1


def test_several_scores_without_a_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"3 scores \(LABEL_0, LABEL_1, LABEL_2\).*leave it empty"):
        EntailmentModel(str(tiny.cross_encoder(tmp_path, labels=3)))


def test_a_model_that_cannot_be_loaded_has_no_opinion_and_says_why(tmp_path: Path) -> None:
    sharpener = Sharpener(str(tmp_path / "nowhere"))
    assert sharpener.problem == ""
    assert sharpener(EVIDENCE, SENTENCE) == UNDECIDED
    assert "nowhere" in sharpener.problem
    assert sharpener(EVIDENCE, SENTENCE) == UNDECIDED


def test_the_setting_names_one_or_none(nli: Path) -> None:
    assert sharpener_of(ChatSettings()) is None
    _, _, chat = from_environment({"ASKSPEECH_CHECKER": str(nli)})
    named = sharpener_of(chat)
    assert named is not None
    assert named(EVIDENCE, SENTENCE) == EntailmentModel(str(nli))(EVIDENCE, SENTENCE)


@pytest.mark.parametrize(("says", "support"), [(0.9, "supported"), (UNDECIDED, "partly"), (0.1, "partly")])
def test_it_decides_where_only_words_differ(says: float, support: str) -> None:
    checks = checks_for("zh", judge=lambda evidence, sentence: says)
    assert checks.check("企业家们觉得办事环境变得舒心了。", ["企业办事跑得少了，脸色也好了。"]).support == support


def test_it_is_not_asked_where_a_figure_is_wrong() -> None:
    checks = checks_for("zh", judge=lambda evidence, sentence: 1.0)
    assert checks.check("苇塘县派了3名管家。", ["苇塘县派了一名管家。"]).support == "not_found"
