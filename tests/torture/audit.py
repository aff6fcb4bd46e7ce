"""What the advisory databases know of the packages installed: `python -m tests.torture.audit`, which is `make audit`.

Status 0: nothing beyond the waivers. 1: an advisory. 77: no database could be reached, or none knows the packages.
"""

import json
import subprocess
import sys
from collections.abc import Mapping

WAIVED: Mapping[str, str] = {
    "CVE-2026-45829": "chromadb: the Python server, which this project never starts; until 2027-02-28",
    "GHSA-f4j7-r4q5-qw2c": "the same",
    "CVE-2026-45833": "chromadb: rights of the Python server, the same; until 2027-02-28",
    "GHSA-36p7-vc44-83pf": "the same",
    "GHSA-2wm9-hf6c-p5cr": "the same",
    "GHSA-xph7-9rjv-w5fr": "the same",
}
"""Advisories that do not concern this project, with the reason and the day after which they are looked at again."""
SERVICES = ("pypi", "osv")
SKIPPED_STATUS = 77


def audited(service: str) -> tuple[int, list[str]] | None:
    """How many packages a database knows, and what it says of them; None where it cannot be reached."""
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "-s",
        service,
        "-f",
        "json",
        "--progress-spinner",
        "off",
        "--timeout",
        "10",
    ]
    try:
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=240)
        packages = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    known = [one for one in packages if "vulns" in one]
    found = [
        f"{one['name']} {one['version']}: {hole['id']} {' '.join(hole['aliases'])} (fixed in {hole['fix_versions']})"
        for one in known
        for hole in one["vulns"]
        if not {hole["id"], *hole["aliases"]} & WAIVED.keys()
    ]
    return len(known), found


def main() -> int:
    """Ask one database after the other until one answers."""
    for service in SERVICES:
        answer = audited(service)
        if answer is not None and answer[0]:
            known, found = answer
            print(f"{known} packages are known to {service}; advisories: {len(found)}", *found, sep="\n")
            return 1 if found else 0
    print(
        f"SKIPPED: no advisory database ({', '.join(SERVICES)}) can be reached from here, or none knows the packages."
    )
    return SKIPPED_STATUS


if __name__ == "__main__":
    sys.exit(main())
