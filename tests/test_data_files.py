"""A SQLite file of the data folder: made when first needed, brought up to date in place, shared, and its errors."""

import os
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from askspeech.data_files import DataFile, FileKind
from askspeech.errors import DataError, DiskError

KIND = FileKind(
    application=77, layout=3, tables=("CREATE TABLE one (x)", "CREATE TABLE two (x)", "CREATE TABLE three (x)"),
    upgrades={1: ("CREATE TABLE two (x)", "INSERT INTO two SELECT x FROM one"), 2: ("CREATE TABLE three (x)",)},
    things="things", remedy="Put a copy back.", unreadable_zh="读不了。", damaged_zh="坏了。",
)  # fmt: skip
OLDER = replace(KIND, layout=1, tables=KIND.tables[:1], upgrades={})
NEWER = replace(KIND, layout=4)
KILLED = """
import os, sys
from pathlib import Path
from tests.test_data_files import KIND
from askspeech.data_files import DataFile
with DataFile(Path(sys.argv[1]), KIND, 1.0).writing() as database:
    database.execute("PRAGMA cache_size = 1")
    for number in range(3000):
        database.execute("INSERT INTO one VALUES (?)", ("x" * 500,))
    os._exit(9)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "folder" / "things.db"


def file(path: Path, kind: FileKind = KIND, seconds: float = 0.1) -> DataFile:
    return DataFile(path, kind, seconds)


def put(path: Path, value: object, kind: FileKind = KIND) -> None:
    with file(path, kind, 10.0).writing() as database:
        database.execute("INSERT INTO one VALUES (?)", (value,))


def rows(path: Path, table: str = "one") -> list[object]:
    with file(path).reading() as database:
        return [row[0] for row in database.execute(f"SELECT x FROM {table} ORDER BY rowid")] if database else []


def test_reading_writes_nothing(path: Path) -> None:
    assert not file(path).exists() and rows(path) == []
    file(path).require_writable()
    assert not path.parent.exists()


def test_it_is_made_for_its_owner_alone(path: Path) -> None:
    put(path, "台账")
    assert rows(path) == ["台账"] and file(path).exists()
    assert path.stat().st_mode & 0o777 == 0o600 and path.parent.stat().st_mode & 0o777 == 0o700
    assert list(path.parent.iterdir()) == [path], "one file to copy"


@pytest.mark.parametrize("name", ["a?mode=ro", "a#b", "a%20b", "台账 库", "a'b\"", ":memory:", "file:x"])
def test_a_folder_may_have_any_name(tmp_path: Path, name: str) -> None:
    put(tmp_path / name / name, 1)
    assert rows(tmp_path / name / name) == [1] and (tmp_path / name / name).stat().st_size > 0


def test_a_link_leads_to_the_file(path: Path, tmp_path: Path) -> None:
    put(path, 1)
    (tmp_path / "link.db").symlink_to(path)
    put(tmp_path / "link.db", 2)
    assert rows(path) == [1, 2]


def test_a_block_that_fails_leaves_nothing(path: Path) -> None:
    put(path, 1)
    with pytest.raises(KeyError), file(path).writing() as database:
        database.execute("INSERT INTO one VALUES (2)")
        raise KeyError
    assert rows(path) == [1]


def test_an_empty_file_is_a_new_one(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.touch()
    assert rows(path) == []
    put(path, 1)
    assert rows(path) == [1]


def test_an_older_layout_is_read_as_it_is_and_brought_up_to_date_by_writing(path: Path) -> None:
    put(path, 1, OLDER)
    with file(path).reading(2) as database:
        assert database is None, "there is nothing of that layout yet"
    assert rows(path) == [1]
    put(path, 2)
    assert rows(path) == [1, 2] and rows(path, "two") == [1] and rows(path, "three") == []
    with file(path).reading(3) as database:
        assert database is not None and database.execute("PRAGMA user_version").fetchone() == (3,)


def test_an_upgrade_that_fails_leaves_the_older_layout(path: Path) -> None:
    put(path, 1, OLDER)
    broken = replace(KIND, upgrades={1: ("CREATE TABLE two (x)", "INSERT INTO nowhere VALUES (1)"), 2: ()})
    with pytest.raises(DataError), file(path, broken).writing():
        pytest.fail("nothing is written")
    assert rows(path) == [1]
    put(path, 2, OLDER)
    put(path, 3)
    assert rows(path) == [1, 2, 3] and rows(path, "two") == [1, 2]


def test_many_at_once_bring_it_up_to_date_once(path: Path) -> None:
    put(path, 0, OLDER)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: put(path, number), range(1, 25)))
    assert sorted(map(str, rows(path))) == sorted(map(str, range(25))) and rows(path, "two") == [0]


def test_many_at_once_make_it_once(path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: put(path, number), range(24)))
    assert len(rows(path)) == 24


def test_a_newer_layout_is_left_as_it_is(path: Path) -> None:
    put(path, 1, NEWER)
    before = path.read_bytes()
    for do in (lambda: put(path, 2), lambda: rows(path)):
        with pytest.raises(DataError, match=r"layout 4, expected 3 at most.*ASKSPEECH_DATA"):
            do()
    assert path.read_bytes() == before


DAMAGES = (
    "PRAGMA application_id = 78", "PRAGMA application_id = 0", "PRAGMA user_version = 0", "PRAGMA user_version = -2",
    "DROP TABLE one",
)  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_it_did_not_write_is_damaged(path: Path, damage: str) -> None:
    put(path, 1)
    with sqlite3.connect(path) as database:
        database.execute(damage)
    database.close()
    for do in (lambda: put(path, 2), lambda: rows(path)):
        with pytest.raises(DataError, match=r"(?s)cannot be used.*Put a copy back\. 坏了。"):
            do()


@pytest.mark.parametrize("content", [b"damaged" * 99, b"\0" * 4096, b"SQLite format 3\0" + b"\xff" * 4080])
def test_what_is_no_database_is_damaged_and_left(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    for do in (lambda: put(path, 2), lambda: rows(path)):
        with pytest.raises((DataError, DiskError), match=r"things\.db"):
            do()
    assert path.read_bytes() == content


def test_a_text_that_is_none_is_damage(path: Path) -> None:
    put(path, 1)
    with sqlite3.connect(path) as database:
        database.execute("UPDATE one SET x = CAST(x'ff' AS TEXT)")
    database.close()
    with pytest.raises(DataError, match="cannot be used"):
        rows(path)


def test_what_others_hold_for_too_long_is_said(path: Path) -> None:
    put(path, 1)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(DataError, match=r"held the things .* more than 0.1 seconds.*请稍后再试"):
        rows(path)
    with pytest.raises(DataError, match="held"), file(path).writing(wait=0.0):
        pytest.fail("it is held")
    other.close()
    assert rows(path) == [1]


def test_a_place_that_is_none_is_a_disk_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(DiskError, match="ASKSPEECH_DATA"):
        file(tmp_path / "file" / "things.db").require_writable()
    with pytest.raises(DiskError, match="读不了"):
        put(tmp_path / "file" / "things.db", 1)
    (tmp_path / "folder.db").mkdir()
    with pytest.raises(DiskError, match=r"folder\.db"):
        put(tmp_path / "folder.db", 1)


def test_a_full_disk_is_said_and_leaves_what_was_kept(path: Path) -> None:
    put(path, 1)
    small = replace(KIND, connecting=(*KIND.connecting, "PRAGMA max_page_count = 6"))
    with pytest.raises(DiskError, match="Free space"), file(path, small).writing() as database:
        database.execute("INSERT INTO one VALUES (?)", ("x" * 100_000,))
    assert rows(path) == [1]


def test_a_writer_that_is_killed_leaves_what_was_kept(path: Path) -> None:
    put(path, 1)
    root = Path(__file__).resolve().parents[1]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), str(root / "src")])}
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)], env=environment, check=False)
    assert done.returncode == 9
    assert rows(path) == [1] and put(path, 2) is None and rows(path) == [1, 2]


def test_nothing_of_what_is_deleted_stays(path: Path) -> None:
    put(path, "secret words")
    with file(path).writing() as database:
        database.execute("DELETE FROM one")
    assert b"secret words" not in path.read_bytes()
