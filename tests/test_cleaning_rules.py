"""The rules of cleaning: those of the package, and a user's own file."""

from pathlib import Path

import pytest

from askspeech import IndexSettings, SpeechIndex, build_index
from askspeech.cleaning import clean
from askspeech.cleaning_rules import default_rules, load_rules, parse_rules
from askspeech.errors import SettingsError
from askspeech.settings import from_environment

OWN = """
[[line]]
reason = "letterhead"
patterns = ['白石县.{0,10}文印室.*']

[[gap]]
reason = "hidden part"
patterns = ['（后文从略，约(\\d+)字）']
"""
TEXT = "同志们：\n要把企业的事办好，一件一件兑现。\n白石县政府文印室 印\n（后文从略，约300字）\n要说到做到，年底对账。"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A file of rules that a user wrote."""
    path = tmp_path / "rules.toml"
    path.write_text(OWN, encoding="utf-8")
    return path


def test_every_rule_of_the_package_has_a_reason_and_patterns() -> None:
    rules = default_rules()
    assert {rule.reason for rule in rules.lines} >= {"page number", "site line", "advertisement", "disclaimer"}
    assert all(rule.reason and rule.patterns for rule in (*rules.lines, *rules.gaps))


def test_a_users_rules_are_added_to_those_of_the_package(own: Path) -> None:
    cleaned = clean(TEXT, load_rules(own))
    reasons = {TEXT[drop.span.start : drop.span.end]: drop.reason for drop in cleaned.drops}
    assert reasons["白石县政府文印室 印"] == "letterhead"
    assert [gap.characters for _, gap in cleaned.gaps] == [300]
    assert "letterhead" not in {drop.reason for drop in clean(TEXT).drops}
    assert load_rules(None) == default_rules()


def test_the_setting_reaches_the_build(own: Path, tmp_path: Path) -> None:
    folder = tmp_path / "speeches"
    folder.mkdir()
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    settings, _, _ = from_environment({"ASKSPEECH_CLEANING_RULES": str(own)})
    assert settings == IndexSettings(cleaning_rules=own)
    report = build_index([folder], store=tmp_path / "store", settings=settings)
    assert dict(report.files[0].dropped)["letterhead"] == len("白石县政府文印室 印")
    with SpeechIndex.open(tmp_path / "store", settings) as index:
        assert all("文印室" not in hit.passage.text for hit in index.search("文印室", k=20))


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("[[line]\n", id="no TOML"),
        pytest.param("[[line]]\nreason = 'x'\n", id="no patterns"),
        pytest.param("[[line]]\nreason = 'x'\npatterns = ['(']\n", id="no regular expression"),
    ],
)
def test_rules_that_cannot_be_used_say_why(content: str, tmp_path: Path) -> None:
    path = tmp_path / "rules.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"rules\.toml"):
        load_rules(path)
    with pytest.raises(SettingsError, match="none"):
        load_rules(tmp_path / "none.toml")


def test_a_rule_in_traditional_characters_holds_for_text_in_these() -> None:
    rules = parse_rules("[[line]]\nreason = 'letterhead'\npatterns = ['.*縣政府文印室.*']")
    text = "白石縣政府文印室印\n同志們：今天開會。"
    assert next(drop.reason for drop in clean(text, rules).drops) == "letterhead"
