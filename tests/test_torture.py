"""The torture rows in their short forms, each as a command of its own; `make torture` runs the long ones."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

TRIALS = {"R1": 2, "R2-short": None, "R15": 2}
ROWS = ("R1", "R2-short", "R3", "R4", "R6", "R7", "R8", "R9", "R10", "R11", "R12", "R13", "R15", "R16")


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("torture")


@pytest.mark.timeout(900)
@pytest.mark.parametrize("row", ROWS)
def test_the_store_survives(row: str, output: Path, repository: Path) -> None:
    trials = TRIALS.get(row, 1)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "tests.torture", row, "--output", str(output)),
            *(["--trials", str(trials)] if trials else []),
        ],
        cwd=repository,
        env=os.environ | {"PYTHONPATH": os.pathsep.join([str(repository / "src"), str(repository)])},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    result = json.loads((output / f"{row}.json").read_text(encoding="utf-8"))
    assert result["failures"] == []
    if result["skipped"]:
        pytest.skip(result["reason"])
    assert result["trials"] == (trials or result["kinds"])
