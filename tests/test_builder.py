"""Builds that a server starts: processes of their own, one at a time, whoever starts them; ended, killed, watched."""

import os
import resource
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from askspeech import build_index
from askspeech.build_record import LastBuild
from askspeech.builder import Builder
from askspeech.errors import StoreLockedError
from askspeech.library import Library
from askspeech.store import Store
from askspeech.uploads import Uploads

LONGEST_BUILD = 120


def speech(place: str) -> str:
    words = f"{place}县的窗口服务要再上一个台阶，企业的事要一件一件办好，拖欠的账款要一笔一笔清。" * 6
    return f"在{place}县优化营商环境会议上的讲话\n\n同志们：\n\n一、提高认识。{words}\n\n二、抓好落实。{words}"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    upload(folder / "store", "一.txt", speech("青禾"))
    build_index(store=folder / "store")
    return folder / "store"


@pytest.fixture
def store(built: Path, tmp_path: Path) -> Path:
    """A store with an index, and an upload that the index does not know yet."""
    store = Path(shutil.copytree(built, tmp_path / "store"))
    upload(store, "二.txt", speech("云陵"))
    return store


def upload(store: Path, name: str, text: str) -> None:
    store.parent.mkdir(exist_ok=True)
    path = store.parent / "sent"
    path.write_text(text, encoding="utf-8")
    Uploads(store).add(name, path)


def environment(**more: str) -> Mapping[str, str]:
    return {**os.environ, **more}


def until(holds: Callable[[], bool], seconds: float = LONGEST_BUILD) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def ended(builder: Builder, build_id: str) -> LastBuild:
    """How a build ended; waits for it."""
    until(lambda: builder.state().running is None)
    last = builder.state().last
    assert last is not None and last.id == build_id
    return last


LIMITED = """
import resource, sys
from pathlib import Path
from askspeech import disk
from askspeech.builder import Builder
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))  # the tests' own process may have been limited by a build
disk._GROWTH_FLOOR = 1000
disk.limit_file_growth(1)
Builder(Path(sys.argv[1])).start("Ann")
"""


@pytest.mark.skipif(resource.getrlimit(resource.RLIMIT_FSIZE)[1] != resource.RLIM_INFINITY, reason="a limit is set")
def test_a_build_is_not_limited_by_the_index_that_the_server_has_open(store: Path) -> None:
    starter = [sys.executable, "-c", LIMITED, str(store)]
    subprocess.run(starter, env=environment(PYTHONPATH=os.pathsep.join(sys.path)), check=True)
    builder = Builder(store)
    until(lambda: builder.state().running is None)
    last = builder.state().last
    assert last is not None and last.outcome == "done", last


def test_the_first_build_from_nothing_but_uploads(tmp_path: Path) -> None:
    store = tmp_path / "有 空格" / "store"
    assert Builder(store).state().running is None and Builder(store).state().last is None
    upload(store, "讲话.txt", speech("青禾"))
    upload(store, "表格.xlsx", "PK")
    assert Library(store).waiting().added == ("uploads/表格.xlsx", "uploads/讲话.txt")
    now = Builder(store).start("-王芳")
    running = Builder(store).state().running
    assert running is not None and (running.id, running.by) == (now.id, "-王芳")
    last = ended(Builder(store), now.id)
    assert last.started == now.started, "the time that is shown begins once"
    assert (last.outcome, last.by, last.message) == ("done", "-王芳", "")
    assert last.report is not None and last.report.speeches == 1
    assert [file.file for file in last.report.skipped] == ["uploads/表格.xlsx"]
    assert not Library(store).waiting()


def test_two_starts_at_once_are_one_build(store: Path) -> None:
    first = Builder(store).start("王芳")
    with pytest.raises(StoreLockedError, match="请等它结束"):
        Builder(store).start("李明")
    # Another process, a build in a terminal and a build of a program find it held as well.
    program = f"from pathlib import Path; from askspeech.builder import Builder; Builder(Path({str(store)!r})).start()"
    for command in (["-c", program], ["-m", "askspeech", "build", "--store", str(store)]):
        done = subprocess.run([sys.executable, *command], capture_output=True, encoding="utf-8", check=False)
        if Builder(store).state().running is not None:
            assert done.returncode and "Another build holds the store" in done.stderr
    assert ended(Builder(store), first.id).outcome == "done"
    assert len(Store(store).sealed()) == 2


def test_a_build_goes_on_without_the_process_that_started_it(store: Path) -> None:
    program = (
        "from pathlib import Path; from askspeech.builder import Builder\n"
        f"print(Builder(Path({str(store)!r})).start('王芳').id, flush=True); import os; os.kill(os.getpid(), 9)"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, encoding="utf-8", check=False)
    assert found.returncode == -signal.SIGKILL
    running = Builder(store).state().running
    assert running is not None and running.id == found.stdout.strip()
    assert ended(Builder(store), running.id).outcome == "done"


def test_a_build_is_cancelled_from_another_builder(store: Path) -> None:
    before = Store(store).current_name()
    now = Builder(store).start()
    until(lambda: (running := Builder(store).state().running) is not None and running.pid == now.pid)
    Builder(store).cancel(now.id)
    asked = time.monotonic()
    last = ended(Builder(store), now.id)
    assert time.monotonic() - asked < 10  # 5 s of this program on a machine that has nothing else to do
    assert last.outcome == "cancelled" and "已取消" in last.message
    assert Store(store).current_name() == before and len(list((store / "generations").iterdir())) == 1
    assert ended(Builder(store), Builder(store).start().id).outcome == "done"


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_build_that_is_killed(store: Path, number: signal.Signals) -> None:
    before = Store(store).current_name()
    now = Builder(store).start()
    until(lambda: (running := Builder(store).state().running) is not None and running.pid == now.pid)
    os.kill(now.pid, number)
    last = ended(Builder(store), now.id)
    assert last.outcome == ("lost" if number == signal.SIGKILL else "cancelled")
    assert last.message and Store(store).current_name() == before
    again = Builder(store).start()
    assert ended(Builder(store), again.id).outcome == "done"
    assert len(Store(store).sealed()) == len(list((store / "generations").iterdir())) == 2


def test_settings_that_cannot_be_used_are_the_message(store: Path) -> None:
    builder = Builder(store, environment(ASKSPEECH_BATCH_SIZE="many"))
    last = ended(builder, builder.start().id)
    assert last.outcome == "failed" and last.message.startswith("ASKSPEECH_BATCH_SIZE is 'many'")


def test_a_build_is_nice_and_leads_a_session_of_its_own(store: Path) -> None:
    now = Builder(store).start()
    assert os.getsid(now.pid) == now.pid
    until(lambda: Builder(store).state().running is None or os.getpriority(os.PRIO_PROCESS, now.pid) >= 10)
    ended(Builder(store), now.id)
