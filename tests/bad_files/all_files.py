"""The whole list, and whether what was said of a file is what is expected."""

import re

from tests.bad_files.packages import PACKAGES
from tests.bad_files.pages import PAGES
from tests.bad_files.plain import PLAIN
from tests.bad_files.table import BadFile

__all__ = ["all_files", "complaint"]


def all_files() -> tuple[BadFile, ...]:
    return PLAIN + PACKAGES + PAGES


def complaint(one: BadFile, error: str) -> str:
    """What is wrong with an error; "" where it is the expected one, in both languages, with the next step."""
    if not one.error or not re.search(one.error, error):
        return f"unexpected error: {error}"
    english = re.match(r"[\x20-\x7e–—]+[.:)] .*[.)] ", error)
    if "Traceback" in error or "请" not in error or english is None:
        return f"no next step in both languages: {error}"
    return ""
