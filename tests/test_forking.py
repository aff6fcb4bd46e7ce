"""Processes that begin with everything imported: what a task wrote, how it ended, when another process is started."""

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from askspeech.forking import Forker

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere each task has a fresh interpreter")

TASK = """
import os, resource, signal, sys, time
began = os.getpid()

def main(arguments=None):
    what, *more = arguments or sys.argv[1:]
    if what == "say":
        print(*more, sys.stdin.read())
        print("aside", file=sys.stderr)
        return 3
    if what == "who":
        print(began, os.getpid(), resource.getrlimit(resource.RLIMIT_FSIZE)[0], os.environ.get("WHOSE"))
    if what == "die":
        print("before", flush=True)
        os.kill(os.getpid(), signal.SIGSEGV)
    if what == "hang":
        print(os.getpid(), flush=True)
        time.sleep(60)
    if what == "linger" and began != os.getpid():
        os.kill(began, signal.SIGKILL)
        time.sleep(60)
    if what == "raise":
        raise ValueError("nothing to do")
    return 0

if __name__ == "__main__":
    sys.exit(main())
"""


@pytest.fixture
def forker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Forker]:
    (tmp_path / "forked_task.py").write_text(TASK, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("WHOSE", "ours")
    made = Forker("forked_task", ["json.tool"])
    yield made
    made.close()


def run(forker: Forker, *arguments: str, given: bytes = b"", seconds: float = 20) -> tuple[int, str, str]:
    done = forker.run(arguments, given=given, seconds=seconds)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def who(forker: Forker) -> list[str]:
    """Who imported, who did the task, the largest file that may be written, and a variable."""
    status, said, _ = run(forker, "who")
    assert status == 0
    return said.split()


def is_there(process: str) -> bool:
    return Path("/proc", process).exists()


def gone(process: str) -> bool:
    deadline = time.monotonic() + 10
    while is_there(process) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not is_there(process)


def test_a_task_is_given_its_input_and_its_words_and_status_come_back(forker: Forker) -> None:
    for words in ("一 二", "三"):
        assert run(forker, "say", words, given="四".encode()) == (3, f"{words} 四\n", "aside\n")
    assert forker.run_fresh(["say", "五"], given=b"", seconds=20).stdout.decode() == "五 \n"


def test_each_task_has_a_process_of_its_own_that_imported_nothing(forker: Forker) -> None:
    (one, first, *_), (two, second, *_) = who(forker), who(forker)
    assert one == two != first != second
    assert first != one and not is_there(first)


def test_what_kills_a_task_is_told_and_the_next_one_is_done(forker: Forker) -> None:
    before, *_ = who(forker)
    assert run(forker, "die") == (-11, "before\n", "")
    status, _, errors = run(forker, "raise")
    assert status == 1 and "ValueError: nothing to do" in errors
    assert who(forker)[0] == before


def test_a_task_that_takes_too_long_is_killed_with_its_process(forker: Forker) -> None:
    before, *_ = who(forker)
    with pytest.raises(subprocess.TimeoutExpired) as raised:
        run(forker, "hang", seconds=1)
    assert raised.value.output is not None
    assert gone(before) and gone(raised.value.output.decode().strip())
    assert who(forker)[0] != before


def test_it_is_in_the_group_of_its_owner(forker: Forker) -> None:
    """Who ends a build by its group ends its checks as well."""
    waiting, *_ = who(forker)
    assert os.getpgid(int(waiting)) == os.getpgid(0)


def test_it_begins_with_the_environment_and_the_limits_of_now(forker: Forker, monkeypatch: pytest.MonkeyPatch) -> None:
    before, _, _, whose = who(forker)
    assert whose == "ours"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (123_456_789, limits[1]))
    try:
        assert who(forker)[0::2] == [before, "123456789"]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    monkeypatch.setenv("WHOSE", "others")
    after, _, _, whose = who(forker)
    assert whose == "others" and after != before and gone(before)


def test_what_was_killed_or_cannot_import_is_replaced_by_a_fresh_interpreter(forker: Forker, tmp_path: Path) -> None:
    before, *_ = who(forker)
    os.kill(int(before), 9)
    assert run(forker, "say", "一", given=b"")[:2] == (3, "一 \n")
    missing = Forker("forked_task", ["no_such_module"])
    assert run(missing, "say", "二")[:2] == (3, "二 \n")
    missing.close()
    none = Forker("no_such_task")
    status, _, errors = run(none, "say")
    assert status == 1 and "no_such_task" in errors
    none.close()


def test_a_process_that_is_killed_at_a_task_is_noticed_at_once(forker: Forker) -> None:
    """Its copy lives on, and must not keep the socket open; a fresh interpreter does the task."""
    assert run(forker, "linger", seconds=20) == (0, "", "")


def test_it_is_ready_once_it_has_imported(forker: Forker) -> None:
    assert not forker.is_ready
    forker.prepare()
    deadline = time.monotonic() + 20
    while not forker.is_ready and time.monotonic() < deadline:
        time.sleep(0.02)
    assert forker.is_ready
    assert who(forker)[0] == who(forker)[0]


def test_it_ends_without_a_task_and_when_it_is_closed(forker: Forker) -> None:
    short = Forker("forked_task", seconds=0.2)
    waiting, *_ = who(short)
    deadline = time.monotonic() + 10
    while short.is_ready and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not short.is_ready, "it ends by itself"
    assert who(short)[0] != waiting
    waiting, *_ = who(forker)
    forker.close()
    assert gone(waiting)


def test_it_ends_with_whoever_started_it(forker: Forker, tmp_path: Path, repository: Path) -> None:
    program = (
        "from askspeech.forking import Forker; import os, signal\n"
        "print(Forker('forked_task').run(['who'], given=b'', seconds=20).stdout.decode(), flush=True)\n"
    )
    for end in ("", "os.kill(os.getpid(), signal.SIGKILL)"):
        paths = os.pathsep.join([str(tmp_path), str(repository / "src")])
        done = subprocess.run(
            [sys.executable, "-c", program + end], env=os.environ | {"PYTHONPATH": paths}, capture_output=True,
            check=False,
        )  # fmt: skip
        assert not done.stderr
        assert gone(done.stdout.split()[0].decode())


def test_a_copy_of_its_owner_leaves_it_alone(forker: Forker) -> None:
    before, *_ = who(forker)
    copy = os.fork()
    if not copy:
        status = 1
        try:
            status = 0 if who(forker)[0] != before else 2
            forker.close()
        finally:
            os._exit(status)
    assert os.waitstatus_to_exitcode(os.waitpid(copy, 0)[1]) == 0
    assert who(forker)[0] == before
