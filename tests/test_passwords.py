"""Passwords: which may be one, and their hashes."""

import threading
import time

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from askspeech.errors import AccountError
from askspeech.passwords import AT_ONCE, Passwords, checked_password

WEAK = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
OTHER = Passwords(PasswordHasher(time_cost=2, memory_cost=8, parallelism=1))


@given(st.text(st.characters(), max_size=30))
@settings(max_examples=50)
def test_a_password_fits_its_own_hash_whatever_it_holds(password: str) -> None:
    known = WEAK.hashed(password)
    assert WEAK.fits(known, password) and not WEAK.fits(known, f"{password}x")
    assert known.startswith("$argon2id$") and (len(password) < 4 or password not in known)


def test_two_hashes_of_one_password_differ() -> None:
    assert WEAK.hashed("correct horse") != WEAK.hashed("correct horse")


def test_the_same_characters_fit_whatever_keyboard_made_them() -> None:
    assert WEAK.fits(WEAK.hashed("caf\u00e9 caf\u00e9"), "cafe\u0301 cafe\u0301")
    assert not WEAK.fits(WEAK.hashed("password"), "ｐassword"), "width counts in a password"


@pytest.mark.parametrize("password", ["", "x", "nobody's", "correct horse"])
def test_nothing_fits_where_there_is_no_hash(password: str) -> None:
    assert not WEAK.fits(None, password) and not Passwords().fits(None, password)


@pytest.mark.parametrize("known", ["x", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA", "\ud800", "乱"])
def test_nothing_fits_what_is_no_hash(known: str) -> None:
    assert not WEAK.fits(known, "correct horse")


def test_a_hash_of_other_parameters_fits_and_is_outdated() -> None:
    known = OTHER.hashed("correct horse")
    assert WEAK.fits(known, "correct horse")
    assert WEAK.is_outdated(known) and not OTHER.is_outdated(known)


def test_the_parameters_are_those_of_the_library_in_one_lane_where_none_are_given() -> None:
    known, default = Passwords().hashed("correct horse"), PasswordHasher()
    assert f"$m={default.memory_cost},t={default.time_cost},p=1$" in known
    assert not Passwords().is_outdated(known) and Passwords().is_outdated(default.hash("correct horse"))


@pytest.mark.parametrize("password", ["1234567", "", "x" * 201, "台账" * 101])
def test_a_password_is_neither_short_nor_long(password: str) -> None:
    with pytest.raises(AccountError, match="8 to 200"):
        checked_password(password, "ann")


@pytest.mark.parametrize("password", ["12345678", "x" * 200, "        ", "台账银杏帮办专窗"])
def test_anything_else_may_be_one(password: str) -> None:
    assert checked_password(password, "ann") == password


@pytest.mark.parametrize("password", ["ann-smith", "ANN-Smith", "ａｎｎ-smith", " ann-smith "])
def test_a_password_is_not_the_name(password: str) -> None:
    with pytest.raises(AccountError, match="is the name"):
        checked_password(password, "Ann-Smith")


def test_only_a_few_hashes_are_made_at_once() -> None:
    making, most, counting = 0, 0, threading.Lock()

    class Counted(PasswordHasher):
        def hash(self, password: str | bytes, *, salt: bytes | None = None) -> str:
            nonlocal making, most
            with counting:
                making += 1
                most = max(most, making)
            time.sleep(0.02)
            with counting:
                making -= 1
            return "x"

    passwords = Passwords(Counted())
    threads = [threading.Thread(target=passwords.hashed, args=("correct horse",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == AT_ONCE
