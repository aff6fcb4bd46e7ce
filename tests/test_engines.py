"""Where files are prepared: one outcome wherever that is, and whatever becomes of those who prepare them."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from askspeech import IndexSettings, build_index, preparing
from askspeech.build_record import ask_to_cancel, building
from askspeech.build_report import BuildReport
from askspeech.cleaning_rules import default_rules
from askspeech.corpus_files import find_files, open_file
from askspeech.engines import Adaptive, Engine, Serial, engine_of
from askspeech.errors import BuildCancelledError, ModelError, SettingsError
from askspeech.prepared import BUILTIN, Outcome, Recipe, Task
from askspeech.preparing import recipe
from askspeech.progress import Progress, silent
from askspeech.settings import EngineName
from askspeech.worker_pool import LOST, TRIES, WorkerPool

REPOSITORY = Path(__file__).resolve().parents[1]
SAMPLES = REPOSITORY / "ingest" / "samples"
BY = recipe(IndexSettings(), default_rules(), embedder=BUILTIN)
PLACES = ("青禾", "云陵", "银川", "松桥", "白石", "安和", "临泽", "东岭", "南浦", "西坪", "北港", "中营")
UNGUARDED = """
import sys
from askspeech import IndexSettings, build_index
report = build_index([sys.argv[1]], store=sys.argv[2], settings=IndexSettings(engine="pool", workers=2))
print(report.logical_hash)
"""
LEFT_ALONE = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from tests.test_engines import BY, tasks_of
from askspeech.worker_pool import WorkerPool
pool = WorkerPool(BY, 2)
for _ in pool.map(tasks_of(Path(sys.argv[1]))):
    pass
print(*pool.processes(), flush=True)
time.sleep(60)
"""
Compared = list[tuple[object, ...]]
needs_ray = pytest.mark.skipif(find_spec("ray") is None, reason="Ray is not installed: pip install 'askspeech[ray]'")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dozen of files, and a bad one among them."""
    folder = tmp_path_factory.mktemp("speeches")
    for place in PLACES:
        words = f"{place}县的窗口服务要再上一个台阶，企业的事要一件一件办好，拖欠{place}的账款要一笔一笔清。" * 6
        text = f"在{place}县优化营商环境会议上的讲话\n\n同志们：\n\n一、提高认识。{words}\n\n二、抓好落实。{words}"
        (folder / f"{place}.txt").write_text(text, encoding="utf-8")
    (folder / "安.docx").write_bytes(b"no archive")
    return folder


def tasks_of(folder: Path) -> Iterator[tuple[str, Task | None]]:
    return ((file.name, Task(file=open_file(file))) for file in find_files([folder]))


def comparable(found: Iterator[tuple[str, Outcome | None]]) -> Compared:
    """Outcomes with all that they hold."""
    compared: Compared = []
    for key, outcome in found:
        assert outcome is not None
        prepared = outcome.prepared
        parts = None if prepared is None else (prepared.rows(), prepared.keywords())
        compared.append((key, outcome.kind, outcome.reason, parts))
    return compared


@pytest.fixture(scope="module")
def expected(folder: Path) -> Compared:
    return comparable(Serial(BY).map(tasks_of(folder)))


def built(folder: Path, store: Path, engine: EngineName, workers: int = 2, progress: Progress = silent) -> BuildReport:
    report = build_index(
        [folder], store=store, settings=IndexSettings(engine=engine, workers=workers), progress=progress
    )
    return replace(report, store="", generation="", seconds=0)


def processes(name: str) -> list[int]:
    """The processes below this one whose command line holds a name."""
    lines = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in lines.splitlines()]
    parents = {int(row[0]): int(row[1]) for row in rows}
    return [int(row[0]) for row in rows if name in row[-1] and os.getpid() in ancestors(int(row[0]), parents)]


def ancestors(process: int, parents: dict[int, int]) -> Iterator[int]:
    while process := parents.get(process, 0):
        yield process


def alive(process: int) -> bool:
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(process)], capture_output=True, text=True, check=False)
    return found.stdout.strip()[:1] not in ("", "Z")


def all_gone(pids: Sequence[int]) -> bool:
    deadline = time.monotonic() + 15
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not any(map(alive, pids))


def after(count: int, act: Callable[[], None]) -> Progress:
    """A progress callback that acts once, when so many files have been read."""
    acted: list[bool] = []

    def tell(stage: str, done: int, total: int) -> None:
        if stage == "reading" and done >= count and not acted:
            acted.append(True)
            act()

    return tell


def kill_one(name: str) -> Callable[[], None]:
    """What kills one of the processes of that name, which must be there."""

    def kill() -> None:
        os.kill(processes(name)[0], signal.SIGKILL)

    return kill


def test_every_engine_makes_the_same_index(tmp_path: Path) -> None:
    serial = built(SAMPLES, tmp_path / "serial", "serial")
    assert serial.embedded > 0
    assert built(SAMPLES, tmp_path / "auto", "auto") == serial
    assert built(SAMPLES, tmp_path / "one", "pool", 1) == serial
    assert built(SAMPLES, tmp_path / "two", "pool", 2) == serial
    assert processes("askspeech.preparing_worker") == []


def test_a_changed_corpus_is_the_same_whoever_prepares_it(folder: Path, tmp_path: Path) -> None:
    reports = []
    for engine, name in (("serial", "one"), ("pool", "other")):
        corpus, store = tmp_path / name / "speeches", tmp_path / name / "store"
        corpus.mkdir(parents=True)
        for path in folder.glob("*.txt"):
            (corpus / path.name).write_bytes(path.read_bytes())
        built(corpus, store, engine)  # type: ignore[arg-type]
        (corpus / "银川.txt").rename(corpus / "金川.txt")
        (corpus / "又一份.txt").write_bytes((corpus / "青禾.txt").read_bytes())
        (corpus / "北港.txt").unlink()
        reports.append(built(corpus, store, engine))  # type: ignore[arg-type]
    assert reports[0] == reports[1]
    assert reports[0].embedded == 0


@pytest.mark.parametrize("workers", [1, 3])
def test_outcomes_come_in_the_order_of_the_tasks(folder: Path, expected: Compared, workers: int) -> None:
    with closing(WorkerPool(BY, workers)) as pool:
        assert comparable(pool.map(tasks_of(folder))) == expected
        assert 1 <= len(pool.processes()) <= workers


def test_an_item_without_a_task_takes_its_turn_and_starts_nothing() -> None:
    for engine in (Serial(BY), WorkerPool(BY, 2), Adaptive(BY, 2)):
        assert list(engine.map((number, None) for number in range(9))) == [(number, None) for number in range(9)]
    assert processes("askspeech.preparing_worker") == []


def test_the_file_of_a_worker_that_is_killed_is_prepared_again(folder: Path, expected: Compared) -> None:
    found = []
    with closing(WorkerPool(BY, 2)) as pool:
        for number, one in enumerate(pool.map(tasks_of(folder))):
            found.append(one)
            if number in (0, 4, 8):
                os.kill(pool.processes()[0], signal.SIGKILL)
    assert comparable(iter(found)) == expected


def test_a_build_whose_worker_is_killed_makes_the_same_index(folder: Path, tmp_path: Path) -> None:
    clean = built(folder, tmp_path / "clean", "serial")
    killing = after(3, kill_one("askspeech.preparing_worker"))
    assert built(folder, tmp_path / "store", "pool", progress=killing) == clean
    assert [file.file for file in clean.skipped] == ["安.docx"]


def test_a_file_that_kills_its_workers_is_skipped(folder: Path) -> None:
    task = next(task for _, task in tasks_of(folder))
    killed: set[int] = set()
    over = threading.Event()
    with closing(WorkerPool(BY, 1)) as pool:

        def kill() -> None:
            while not over.wait(0.005):
                for process in pool.processes():
                    killed.add(process)
                    os.kill(process, signal.SIGKILL)

        thread = threading.Thread(target=kill)
        thread.start()
        try:
            ((_, outcome),) = pool.map([("one", task)])
        finally:
            over.set()
            thread.join()
        assert outcome == Outcome("unreadable", reason=LOST)
        assert len(killed) == TRIES
        ((_, again),) = pool.map([("one", task)])
        assert again is not None and again.kind == "prepared"


def test_a_fault_in_one_file_stops_no_build(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    understand = preparing.understand

    def stumble(source: object, *rest: object) -> object:
        if "白石" in source.file:  # type: ignore[attr-defined]
            raise ValueError("nobody thought of this")
        return understand(source, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(preparing, "understand", stumble)
    report = built(folder, tmp_path / "store", "serial")
    reasons = {file.file: file.reason for file in report.skipped}
    assert sorted(reasons) == ["安.docx", "白石.txt"]
    assert "ValueError: nobody thought of this" in reasons["白石.txt"] and "程序出错" in reasons["白石.txt"]
    assert len(report.files) == len(PLACES) - 1
    assert "stumble" in caplog.text  # whoever is to mend it finds where


def test_a_second_is_worked_here_and_the_rest_in_workers(folder: Path, expected: Compared) -> None:
    for patience, wanted in ((60.0, 0), (0.0, 2)):
        with closing(Adaptive(BY, 2, patience)) as engine:
            found = []
            for one in engine.map(tasks_of(folder)):
                found.append(one)
                most = len(processes("askspeech.preparing_worker"))
            assert comparable(iter(found)) == expected
            assert (most > 0) == (wanted > 0) and most <= wanted


def test_other_libraries_are_refused(folder: Path) -> None:
    other = replace(BY, libraries={**BY.libraries, "numpy": "0.1", "rjieba": "9"})
    for engine in (Serial(other), WorkerPool(other, 1)):
        with closing(engine), pytest.raises(SettingsError, match=r"numpy .* instead of 0\.1, rjieba") as found:
            list(engine.map(tasks_of(folder)))
        assert "相同的版本" in str(found.value)


def test_an_embedder_that_is_not_there_stops_the_build(folder: Path) -> None:
    other = replace(BY, settings=IndexSettings(embedder="/no/such/model"), embedder="/no/such/model")
    for engine in (Serial(other), WorkerPool(other, 1)):
        with closing(engine), pytest.raises(ModelError, match="/no/such/model"):
            list(engine.map(tasks_of(folder)))


def test_no_engine_is_chosen_that_is_not_needed() -> None:
    chosen: list[Engine] = [engine_of("auto", 1, BY), engine_of("serial", 8, BY), engine_of("auto", 2, BY)]
    assert [type(engine) for engine in chosen] == [Serial, Serial, Adaptive]


def test_cancelling_ends_the_workers(folder: Path, tmp_path: Path) -> None:
    store, seen = tmp_path / "store", []

    def cancel() -> None:
        seen.extend(processes("askspeech.preparing_worker"))
        now = building(store)
        assert now is not None
        ask_to_cancel(store, now.id)
        time.sleep(10)

    with pytest.raises(BuildCancelledError):
        built(folder, store, "pool", progress=after(2, cancel))
    assert seen and all_gone(seen)


def test_workers_end_with_a_build_that_is_killed(folder: Path) -> None:
    command = [sys.executable, "-c", LEFT_ALONE, str(folder), str(REPOSITORY)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as script:
        assert script.stdout is not None
        pids = [int(word) for word in script.stdout.readline().split()]
        assert len(pids) == 2 and all(map(alive, pids))
        script.kill()
    assert all_gone(pids)


def test_a_script_without_a_main_guard_builds(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(UNGUARDED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, script, folder, tmp_path / "store"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY / "src")},
    )
    assert done.stdout.strip() == built(folder, tmp_path / "serial", "serial").logical_hash


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="the environment of a process is not shown here")
def test_no_key_reaches_a_worker(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASKSPEECH_CHAT_KEY", "sk-none-of-theirs")
    with closing(WorkerPool(BY, 1)) as pool:
        list(pool.map(tasks_of(folder)))
        (process,) = pool.processes()
        content = Path(f"/proc/{process}/environ").read_bytes()
    assert b"OMP_NUM_THREADS=1" in content and b"sk-none-of-theirs" not in content


def test_without_ray_the_error_says_how_to_install_it(folder: Path, tmp_path: Path) -> None:
    if find_spec("ray") is not None:
        pytest.skip("Ray is installed")
    with pytest.raises(SettingsError, match=r"pip install 'askspeech\[ray\]'"):
        built(folder, tmp_path / "store", "ray")


@needs_ray
def test_ray_makes_the_same_index(folder: Path, tmp_path: Path) -> None:
    pool = built(folder, tmp_path / "pool", "pool")
    assert built(folder, tmp_path / "ray", "ray") == pool
    assert processes("raylet") == []


@needs_ray
def test_the_file_of_a_ray_worker_that_is_killed_is_prepared_again(tmp_path: Path) -> None:
    """Files that take a while, so that a worker is at work when it dies."""
    for place in PLACES:
        paragraphs = (f"{number}. {place}的第{number}件事要一件一件办好，账款一笔一笔清。" for number in range(1500))
        (tmp_path / f"{place}.txt").write_text("同志们：\n\n" + "\n\n".join(paragraphs), encoding="utf-8")
    expected = comparable(Serial(BY).map(tasks_of(tmp_path)))
    found, killed = [], []
    with closing(engine_of("ray", 2, BY)) as engine:
        for one in engine.map(tasks_of(tmp_path)):
            found.append(one)
            if len(killed) < 2 and (working := processes("ray::prepared_there")):
                killed.append(working[0])
                os.kill(working[0], signal.SIGKILL)
    assert len(killed) == 2
    assert comparable(iter(found)) == expected


@needs_ray
def test_ray_cannot_be_used_with_other_libraries(folder: Path) -> None:
    other: Recipe = replace(BY, libraries={**BY.libraries, "numpy": "0.1"})
    with closing(engine_of("ray", 1, other)) as engine, pytest.raises(SettingsError, match="numpy"):
        list(engine.map(tasks_of(folder)))
