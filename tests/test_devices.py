"""The browsers in which users have signed in: who is known in which, for how long, and under which id."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from tests.clock import Clock

from askspeech.access_records import ACCESS
from askspeech.devices import DEVICE_SECONDS, MOST_OF_A_USER, Devices
from askspeech.passwords import Passwords
from askspeech.users import Users

PASSWORD = "correct horse"


@pytest.fixture
def users(tmp_path: Path) -> Users:
    users = Users(tmp_path, Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)))
    users.add("Ann", PASSWORD, "administrator")
    users.add("bob", PASSWORD, "reader")
    return users


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def devices(users: Users, clock: Clock) -> Devices:
    return Devices(users.folder, clock)


def kept(folder: Path) -> int:
    with closing(sqlite3.connect(folder / ACCESS)) as database:
        return int(database.execute("SELECT count(*) FROM devices").fetchone()[0])


def test_a_browser_is_known_for_whoever_signed_in_in_it(devices: Devices) -> None:
    device = devices.noted("bob", "")
    assert len(device) > 40 and devices.knows("BOB", device)
    assert not devices.knows("Ann", device) and not devices.knows("bob", "") and not devices.knows("bob", device + "x")


def test_each_time_it_gets_another_id_and_all_of_its_users_are_known_by_it(devices: Devices) -> None:
    first = devices.noted("bob", "planted by somebody else")
    second = devices.noted("ann", first)
    assert not devices.knows("bob", "planted by somebody else")
    assert not devices.knows("bob", first) and not devices.knows("ann", first)
    assert devices.knows("bob", second) and devices.knows("ann", second)


def test_it_is_forgotten_after_half_a_year_and_with_whatever_ends_all_sessions(
    devices: Devices, users: Users, clock: Clock
) -> None:
    early = devices.noted("bob", "")
    clock.now += DEVICE_SECONDS - 1
    late = devices.noted("bob", "")
    assert devices.knows("bob", early)
    clock.now += 1
    assert not devices.knows("bob", early) and devices.knows("bob", late)
    devices.noted("ann", "")
    assert kept(users.folder) == 2, "what is forgotten goes"
    users.end_sessions("bob")
    assert not devices.knows("bob", late)
    for end in (lambda: users.set_password("ann", "battery staple"), lambda: users.set_role("bob", "administrator")):
        known = devices.noted("ann", ""), devices.noted("bob", "")
        end()
        assert [devices.knows(name, one) for name, one in zip(("ann", "bob"), known, strict=True)].count(True) == 1
    assert users.remove("ann") and kept(users.folder) == 0


def test_of_each_user_the_latest_are_kept(devices: Devices, clock: Clock, users: Users) -> None:
    ids = []
    for _ in range(MOST_OF_A_USER + 3):
        clock.now += 1
        ids.append(devices.noted("bob", ""))
    assert [devices.knows("bob", one) for one in ids] == [False] * 3 + [True] * MOST_OF_A_USER
    assert devices.noted("nobody", "") and kept(users.folder) == MOST_OF_A_USER


def test_no_id_stands_in_the_file(devices: Devices, users: Users) -> None:
    assert devices.noted("bob", "").encode() not in (users.folder / ACCESS).read_bytes()


def test_a_file_from_before_knows_none_and_is_not_changed_by_looking(users: Users) -> None:
    with closing(sqlite3.connect(users.folder / ACCESS)) as older:
        older.execute("DROP TABLE devices")
        older.execute("PRAGMA user_version = 3")
    before, devices = (users.folder / ACCESS).read_bytes(), Devices(users.folder)
    assert not devices.knows("bob", "x") and (users.folder / ACCESS).read_bytes() == before
    assert devices.knows("bob", devices.noted("bob", ""))
