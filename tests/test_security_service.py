"""The security rows about what a service lets in, S4 to S7, in their short forms; `make torture ROW=S4` and so on.

S5 is walked in whole by tests/test_gate.py. Times of others are measured by the long forms alone.
"""

import random
from pathlib import Path

import pytest
from tests.torture import flood_rows, other_people, routes_rows, sign_in_rows
from tests.torture.rows import SkippedError, Trial
from tests.torture.security_world import prepare_store


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small store."""
    folder = tmp_path_factory.mktemp("service")
    prepare_store(folder)
    return folder


@pytest.fixture
def trial(scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Trial:
    """A trial whose times are not judged, so that it need not be quiet now and then."""
    for module in (flood_rows, sign_in_rows):
        monkeypatch.setattr(module, "MOST_RATIO", 1000.0)
    monkeypatch.setattr(other_people, "TIMED_BEFORE", 3)
    monkeypatch.setattr(other_people, "SECONDS_IN_TURN", 1000.0)
    return Trial(tmp_path, scratch, random.Random(1), "")


def of_kind(trial: Trial, kind: str) -> Trial:
    return Trial(trial.folder, trial.scratch, trial.chance, kind)


def test_five_passwords_may_be_tried(trial: Trial) -> None:
    figures = sign_in_rows.from_one(trial, guesses=120)
    assert figures is not None and figures["guesses looked at"] == 5


def test_a_proxy_is_believed_only_where_it_is_trusted(trial: Trial) -> None:
    sign_in_rows.behind_a_proxy(trial, guesses=8)


def test_programs_need_a_good_token(trial: Trial) -> None:
    routes_rows.by_token(trial)


@pytest.mark.parametrize("kind", [routes_rows.MATRIX, routes_rows.FORGED])
def test_no_other_name_and_no_other_site(trial: Trial, kind: str) -> None:
    routes_rows.named(of_kind(trial, kind))


def test_what_is_too_large_is_refused(trial: Trial) -> None:
    flood_rows.messages(trial, enough=0)


def test_pages_without_end_are_refused(trial: Trial) -> None:
    flood_rows.pages(trial, count=400)


def test_strangers_wait_for_their_refusals(trial: Trial) -> None:
    flood_rows.strangers(trial, rounds=1, most=80)


def test_what_many_connections_are_granted_is_handled_in_turn(trial: Trial) -> None:
    flood_rows.granted(trial, most=32)


@pytest.mark.browser
def test_an_ordinary_person_is_refused_nothing(trial: Trial, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.torture import ordinary_person

    monkeypatch.setattr(ordinary_person.clicked_through, "__defaults__", (50, 1, 1))
    try:
        flood_rows.ordinary(trial)
    except SkippedError as reason:
        pytest.skip(str(reason))
