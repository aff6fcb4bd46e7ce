"""Room on the disk, copies of folders, and the limit to how far files grow."""

import os
import resource
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from askspeech.disk import copy_closed, folder_bytes, require_space
from askspeech.errors import DiskError


def test_the_bytes_of_a_folder_are_those_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(b"x" * 1000)
    (tmp_path / "d").write_bytes(b"x" * 24)
    assert folder_bytes(tmp_path) == 1024
    assert folder_bytes(tmp_path / "nowhere") == 0


def test_a_copy_can_be_written_to(tmp_path: Path) -> None:
    source = tmp_path / "source"
    (source / "inner").mkdir(parents=True)
    (source / "inner" / "file").write_bytes(b"content")
    (source / "inner" / "file").chmod(stat.S_IRUSR)
    (source / "inner").chmod(stat.S_IRUSR | stat.S_IXUSR)
    copy_closed(source, tmp_path / "copy")
    (source / "inner").chmod(0o755)
    made = tmp_path / "copy" / "inner"
    assert (made / "file").read_bytes() == b"content"
    assert all(path.stat().st_mode & stat.S_IWUSR for path in (made, made / "file"))
    with pytest.raises(DiskError, match="Could not copy"):
        copy_closed(tmp_path / "nowhere", tmp_path / "other")


def test_too_little_room_says_how_much_is_needed_and_there(tmp_path: Path) -> None:
    require_space(tmp_path, 1)
    with pytest.raises(DiskError, match=r"磁盘空间不足：需要约 1000000000 MB，可用 \d+ MB。.+ Free space") as caught:
        require_space(tmp_path, 10**15)
    assert caught.value.exit_status == 74


GROWING = """
import resource, signal, sys
from pathlib import Path
from askspeech import disk
disk._GROWTH_FLOOR = 1000
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
if sys.argv[1] == "strict":
    resource.setrlimit(resource.RLIMIT_FSIZE, (500, resource.RLIM_INFINITY))
print(disk.limit_file_growth(10), disk.limit_file_growth(2000), disk.limit_file_growth(800))
disk.lift_file_growth()
print(resource.getrlimit(resource.RLIMIT_FSIZE)[0], disk.limits_file_growth())
disk.limit_file_growth(800)
try:
    with disk.disk_errors(Path(sys.argv[2]), "write"), open(sys.argv[2], "wb", buffering=0) as file:
        for _ in range(100):
            file.write(b"x" * 100)
except disk.DiskError as error:
    print(error)
print(Path(sys.argv[2]).stat().st_size, resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY)
"""


@pytest.mark.skipif(resource.getrlimit(resource.RLIMIT_FSIZE)[1] != resource.RLIM_INFINITY, reason="a limit is set")
@pytest.mark.parametrize(("kind", "limits", "size"), [("free", "1000 4000 1600", 1600), ("strict", "500 500 500", 500)])
def test_no_file_grows_beyond_the_limit(kind: str, limits: str, size: int, tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-c", GROWING, kind, str(tmp_path / "file")],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        # This very process may have been limited by a build before: the child begins without a limit.
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    first, lifted, error, last = child.stdout.splitlines()
    assert first == limits
    assert lifted == ("-1 False" if kind == "free" else "500 False")
    assert "File too large. Free space" in error
    assert last == f"{size} True"
