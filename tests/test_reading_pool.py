import gc
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from tests.hostile_readers import HOSTILE, HURRIED, LAYOUT

from askspeech.errors import ReadError
from askspeech.formats.extracted import Extracted, RecognitionNeeded
from askspeech.formats.table import FORMATS, Format
from askspeech.reading_pool import ReadingPool

REPOSITORY = Path(__file__).resolve().parents[1]
SCRIPT = """
import sys
from askspeech.formats.table import Format
from askspeech.reading_pool import ReadingPool
pool = ReadingPool()
for order in (b"who", b"write x"):
    print(pool.read(Format("hostile", "1", "tests.hostile_readers", ()), order).text, flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module", autouse=True)
def _readers_are_found() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(REPOSITORY))
        yield


@pytest.fixture(scope="module")
def pool() -> Iterator[ReadingPool]:
    with ReadingPool() as pool:
        yield pool


def said(pool: ReadingPool, order: str, format: Format = HOSTILE) -> str:
    """The text of a file with this order, or its error."""
    try:
        return pool.read(format, order.encode("utf-8", "surrogatepass")).text
    except ReadError as error:
        assert any("一" <= character <= "鿿" for character in str(error)) or order.startswith("refuse")
        return f"ReadError: {error}"


def exists(process: int) -> bool:
    """Whether there is such a process that has not ended."""
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return found.stdout.strip()[:1] not in ("", "Z")


def gone(process: int) -> bool:
    deadline = time.monotonic() + 10
    while exists(process) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not exists(process)


def test_plain_text_is_read_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "Popen", None)
    with ReadingPool() as pool:
        assert pool.read(FORMATS["text"], "同志们".encode("gb18030")).text == "同志们"


def test_everything_of_a_file_comes_back(pool: ReadingPool) -> None:
    assert pool.read(HOSTILE, b"layout") == Extracted("头\n\n文\udc80\n", "utf-8", LAYOUT, recognisable=True)
    assert not pool.read(HOSTILE, b"who").recognisable
    assert said(pool, "") == ""
    assert said(pool, "同志们：\n\udcff") == "同志们：\n\udcff"


def test_a_file_of_pictures_says_so(pool: ReadingPool) -> None:
    with pytest.raises(RecognitionNeeded, match=r"^only pictures$"):
        pool.read(HOSTILE, b"picture only pictures")


def test_a_library_that_is_missing(pool: ReadingPool) -> None:
    with pytest.raises(ReadError, match=r"not complete on this machine \(No module named 'tests.no_such'\)"):
        pool.read(replace(HOSTILE, module="tests.no_such"), b"")


def test_a_large_reply(pool: ReadingPool) -> None:
    assert len(said(pool, "large 50").encode()) // 1024 // 1024 == 49


def test_one_child_reads_many_files(pool: ReadingPool) -> None:
    child = said(pool, "who")
    assert child.isdigit() and int(child) != os.getpid()
    assert {said(pool, "who") for _ in range(20)} == {child}
    assert said(pool, "refuse no. 不。") == "ReadError: no. 不。"
    assert said(pool, "who") == child


def test_what_a_library_prints_or_reads_does_not_matter(pool: ReadingPool) -> None:
    assert said(pool, "print") == "clean"


def test_a_child_knows_no_secrets(pool: ReadingPool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "secret")
    with ReadingPool() as fresh:
        names = said(fresh, "environment").split()
    assert "PATH" in names and "OPENAI_API_KEY" not in names


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("die SIGSEGV", "crashed on it (SIGSEGV)"),
        ("die SIGABRT", "crashed on it (SIGABRT)"),
        ("die SIGKILL", "perhaps for want of memory"),
        ("die SIGXCPU", "took too long"),
        ("vanish 3", "crashed on it (status 3)"),
        ("exit 0", "crashed on it (SystemExit: 0)"),
        ("silent", "perhaps for want of memory"),
        ("fail odd", "crashed on it (ValueError: odd)"),
        ("nonsense", "no usable answer"),
        ("hog", "ran out of memory (512 MB)"),
        ("connect", "PermissionError: a file is read without the network"),
    ],
)
def test_a_child_that_dies_takes_one_file_with_it(pool: ReadingPool, order: str, expected: str) -> None:
    if order == "hog" and sys.platform == "darwin":
        pytest.skip("macOS does not enforce RLIMIT_AS")
    start = time.monotonic()
    assert expected in said(pool, order)
    assert time.monotonic() - start < 5
    assert said(pool, "the next file") == "the next file"


def test_an_endless_loop_is_stopped(pool: ReadingPool) -> None:
    start = time.monotonic()
    assert "took longer than 0.5 s" in said(pool, "loop", HURRIED)
    assert time.monotonic() - start < 3
    assert said(pool, "the next file") == "the next file"


def test_announced_pages_are_given_time(pool: ReadingPool) -> None:
    assert said(pool, "pages 4", HURRIED) == "slow but announced"
    assert "took longer than 0.5 s" in said(pool, "pages 0", HURRIED)
    assert "took longer than 0.5 s" in said(pool, "pages -9", HURRIED)


def test_a_file_that_is_too_large_reaches_no_child(pool: ReadingPool) -> None:
    with pytest.raises(ReadError, match="at most"):
        pool.read(HOSTILE, b" " * (HOSTILE.limits.file_bytes + 1))


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS does not tell the address space")
def test_what_earlier_files_left_behind_does_not_matter() -> None:
    with ReadingPool(1) as pool:
        first = said(pool, "keep 200")
        assert said(pool, "who") == first
        second = said(pool, "keep 300")
        assert second.isdigit() and second != first, "read again in a child that had all its memory"
        assert said(pool, "who") == second
        assert said(pool, "keep 100") == second
        assert said(pool, "who") != second, "worn"


def test_children_are_recycled_and_none_is_left() -> None:
    gc.collect()  # what other tests have left
    files = len(list(Path("/dev/fd").iterdir()))
    with ReadingPool(1) as pool:
        children = [int(said(pool, "who")) for _ in range(990)]
        assert len(set(children)) == 5
        assert [exists(child) for child in sorted(set(children), key=children.index)] == [False] * 4 + [True]
    assert not exists(children[-1])
    gc.collect()
    assert len(list(Path("/dev/fd").iterdir())) <= files


def test_what_a_child_wrote_is_removed_with_it(pool: ReadingPool) -> None:
    with ReadingPool() as fresh:
        written = Path(said(fresh, "write x"))
        assert written.exists()
    assert not written.parent.exists()


def test_what_a_child_started_ends_with_it(pool: ReadingPool, tmp_path: Path) -> None:
    assert "took longer" in said(pool, f"child {tmp_path / 'pid'}", HURRIED)
    assert gone(int((tmp_path / "pid").read_text()))


def test_children_end_with_their_parent() -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", SCRIPT], cwd=REPOSITORY / "src", stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdin and parent.stdout
    child = int(parent.stdout.readline())
    folder = Path(parent.stdout.readline().decode().strip()).parent
    assert exists(child) and folder.name.startswith("askspeech-")
    parent.kill()
    parent.communicate()
    assert gone(child)
    assert not folder.exists()


def test_several_threads() -> None:
    with ReadingPool(2) as pool, ThreadPoolExecutor(8) as threads:
        orders = [f"file {number}" if number % 10 else "vanish 1" for number in range(60)]
        outcomes = list(threads.map(lambda order: said(pool, order), orders))
    assert [outcome for order, outcome in zip(orders, outcomes, strict=True) if order != "vanish 1"] == [
        order for order in orders if order != "vanish 1"
    ]
    assert sum("status 1" in outcome for outcome in outcomes) == 6


def test_reading_ahead_keeps_the_order_and_holds_few_files(pool: ReadingPool) -> None:
    taken = 0

    def items() -> Iterator[tuple[int, tuple[object, bytes] | None]]:
        nonlocal taken
        for number in range(30):
            taken += 1
            yield number, None if number % 7 == 3 else (HOSTILE, b"fail x" if number == 5 else b"%d" % number)

    for number, (key, outcome) in enumerate(pool.read_ahead(items())):  # type: ignore[arg-type]
        assert key == number and taken <= number + 7
        if number % 7 == 3:
            assert outcome is None
        elif number == 5:
            assert isinstance(outcome, ReadError)
        else:
            assert outcome == Extracted(str(number))


def test_closing_stops_what_is_being_read() -> None:
    pool = ReadingPool(1)
    with ThreadPoolExecutor(1) as threads:
        reading = threads.submit(said, pool, "pages 100")
        time.sleep(0.5)
        pool.close()
        assert "reading was stopped" in reading.result(timeout=5)
    pool.close()
    assert "reading was stopped" in said(pool, "who")


def test_an_interrupted_file_leaves_no_answer_behind() -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    earlier = signal.signal(signal.SIGALRM, interrupt)
    try:
        with ReadingPool(1) as pool:
            child = said(pool, "who")
            signal.setitimer(signal.ITIMER_REAL, 0.3)
            with pytest.raises(KeyboardInterrupt):
                said(pool, "pages 100")
            assert said(pool, "who") not in (child, "slow but announced")
    finally:
        signal.signal(signal.SIGALRM, earlier)
