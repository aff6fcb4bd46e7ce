"""The page of the users without a browser: what it tells whom."""

from html import unescape
from pathlib import Path

from tests.signed import asked_by

from askspeech.founding import on_loopback
from askspeech.people_page import PeopleHandlers
from askspeech.settings import ServerSettings
from askspeech.texts import CHINESE
from askspeech.users import Users

KEEPER = asked_by("administrator", "管理员", accept_language="zh-CN")
READER = asked_by("reader", "读者", accept_language="zh-CN")


def test_an_administrator_is_told_that_nobody_else_reaches_the_server(tmp_path: Path) -> None:
    alone, open_to_all = PeopleHandlers(Users(tmp_path), local_only=True), PeopleHandlers(Users(tmp_path))
    assert CHINESE.people_local_only in unescape(alone.opened(KEEPER)[0]["value"])
    assert CHINESE.people_local_only not in unescape(alone.opened(READER)[0]["value"])
    assert CHINESE.people_local_only not in unescape(open_to_all.opened(KEEPER)[0]["value"])


def test_which_addresses_are_of_this_machine_alone() -> None:
    found = {host: on_loopback(ServerSettings(host=host)) for host in ("127.0.0.1", "localhost", "0.0.0.0")}
    assert found == {"127.0.0.1": True, "localhost": True, "0.0.0.0": False}


def test_sign_ins_that_are_counted_are_not_called_devices(tmp_path: Path) -> None:
    users = Users(tmp_path)
    users.add("bob", "a good password", "administrator")
    users.sign_in("bob", "a good password")
    table = unescape(PeopleHandlers(users).opened(KEEPER)[6]["value"])
    assert CHINESE.people_sessions in table and CHINESE.people_sessions_note in table
