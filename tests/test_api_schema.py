"""REST against its own OpenAPI document: whatever is sent, what comes back is what the document says, and no defect.

SCHEMATHESIS_EXAMPLES says how many requests there are at least: 2000 for the row of docs/reliability.md.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from benchmarks.serving import running

from askspeech import Answerer, SpeechIndex
from askspeech.access import Access
from askspeech.live_index import Opened
from askspeech.server import create_application

CASES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "150"))
# Of every operation so many, beside those that schemathesis makes once; together they are more than are asked for.
CASES_OF_EACH = max(4, CASES // 16)
EVERY_CHECK = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance,negative_data_rejection,positive_data_acceptance,missing_required_header,"
    "unsupported_method,allow_header_conformance,ignored_auth"
)

pytest.importorskip("schemathesis", reason="schemathesis is not installed")


@pytest.fixture
def opened(samples_index: SpeechIndex, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of the whole server over the samples, and a token that opens it."""
    access = Access(tmp_path / "data")
    _, sent = access.add("reader")
    application = create_application(lambda: Opened(samples_index, Answerer(samples_index)), access=access)
    with running(application) as address:
        yield f"{address}/api/v1", sent


@pytest.mark.timeout(1800)
def test_what_comes_back_is_what_the_document_says(opened: tuple[str, str], tmp_path: Path) -> None:
    address, sent = opened
    report = tmp_path / "report.json"
    program, settings = Path(sys.executable).with_name("schemathesis"), Path(__file__).with_name("schemathesis.toml")
    options = {
        "--header": f"Authorization: Bearer {sent}",
        "--checks": EVERY_CHECK,
        "--max-examples": CASES_OF_EACH,
        "--seed": 20261121,
        "--report": "json",
        "--report-json-path": report,
    }
    words = [str(word) for option in options.items() for word in option]
    command = [str(program), "--config-file", str(settings), "run", f"{address}/openapi.json", *words]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=1700, check=False)
    shown = "\n".join(line[:400] for line in done.stdout.splitlines()[-120:])
    assert done.returncode == 0, f"{shown}\n{done.stderr[-2000:]}"
    told = json.loads(report.read_text(encoding="utf-8"))
    assert (told["complete"], told["operations"]["tested"], told["errors"]) == (True, 7, [])
    assert told["test_cases"]["generated"] >= CASES
    print(told["test_cases"])
