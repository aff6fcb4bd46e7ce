"""vectordb/compose.yaml and Dockerfile: checked against their formats, every command in them run without a container.

No image is pulled and no container is started here.
"""

import contextlib
import http.client
import http.server
import json
import os
import re
import shlex
import subprocess
import sys
import time
import tomllib
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from tests.chroma_processes import CHROMA, free_port, pretender, reply

from askspeech.settings import from_environment
from askspeech.users import Users

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = REPOSITORY / "vectordb"
INSTRUCTIONS = {"FROM", "ARG", "ENV", "WORKDIR", "RUN", "COPY", "USER", "EXPOSE", "VOLUME", "HEALTHCHECK", "CMD"}
PASSWORD = "a password of the test"


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
    return loaded


def service(name: str) -> dict[str, Any]:
    found: dict[str, Any] = compose()["services"][name]
    return found


def dockerfile() -> list[tuple[str, str]]:
    """The instructions of the Dockerfile with their arguments."""
    text = (FOLDER / "Dockerfile").read_text(encoding="utf-8")
    lines = re.sub(r"\\\n\s*", "", "\n".join(line for line in text.splitlines() if not line.startswith("#")))
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines.splitlines() if line.strip()]


def arguments(instruction: str) -> list[str]:
    return [rest for name, rest in dockerfile() if name == instruction]


def variables() -> dict[str, str]:
    """What the image sets in the environment."""
    return dict(word.split("=", 1) for line in arguments("ENV") for word in shlex.split(line))


def pinned(name: str) -> str:
    (version,) = re.findall(rf"^{name}==(\S+)$", (REPOSITORY / "constraints.txt").read_text(encoding="utf-8"), re.M)
    return str(version)


# What the files say


def test_the_compose_file_is_of_its_schema() -> None:
    schema = json.loads(
        files("check_jsonschema").joinpath("builtin_schemas/vendor/compose-spec.json").read_text(encoding="utf-8")
    )
    checker = jsonschema.Draft202012Validator(schema)
    checker.validate(compose())
    wrong = compose()
    wrong["services"]["app"]["healthchek"] = {}
    assert not checker.is_valid(wrong), "the schema finds misspelt keys"


def test_the_versions_are_those_of_the_project() -> None:
    assert service("chroma")["image"] == f"chromadb/chroma:{pinned('chromadb')}"
    (torch,) = re.findall(r"^TORCH \?= (.+)$", (REPOSITORY / "Makefile").read_text(encoding="utf-8"), re.M)
    assert arguments("ARG") == [f"TORCH={torch}"]
    assert service("app")["build"]["args"]["TORCH"] == f"${{TORCH:-{torch}}}"
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (base,) = arguments("FROM")
    lowest = re.search(r"[\d.]+", project["requires-python"])
    assert lowest is not None and base == f"python:{lowest[0]}-slim"


@pytest.mark.parametrize("name", ["chroma", "app"])
def test_containers_have_few_rights_and_are_published_to_this_machine_only(name: str) -> None:
    one = service(name)
    assert all(port.startswith("127.0.0.1:") for port in one["ports"])
    assert one["read_only"] and one["cap_drop"] == ["ALL"] and one["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "network_mode", "pid", "devices", "cap_add"} & one.keys()
    assert not any("docker.sock" in volume or volume.startswith("/") for volume in one["volumes"])


def test_what_is_mounted_is_there_and_written_to() -> None:
    volumes = [volume for one in compose()["services"].values() for volume in one["volumes"]]
    named = [volume.split(":")[0] for volume in volumes if not volume.startswith("$")]
    assert sorted(named) == sorted(compose()["volumes"])
    (speeches,) = [volume for volume in volumes if volume.startswith("$")]
    default = re.fullmatch(r"\$\{SPEECHES:-(.+)\}:/speeches:ro", speeches)
    assert default is not None and any((FOLDER / default[1]).resolve().iterdir())
    assert json.loads(arguments("VOLUME")[0]) == ["/store", "/data"]
    inside = {volume.removesuffix(":ro").rsplit(":", 1)[1] for volume in service("app")["volumes"]}
    assert inside == {"/store", "/data", "/speeches"}


def test_the_dockerfile_installs_what_is_pinned_as_a_user_without_rights() -> None:
    assert {name for name, _ in dockerfile()} <= INSTRUCTIONS
    order = [name for name, _ in dockerfile()]
    assert order.index("USER") > max(number for number, name in enumerate(order) if name in ("RUN", "COPY"))
    assert arguments("USER") == ["askspeech"] and "useradd --uid 10001" in " ".join(arguments("RUN"))
    assert "pip install -c constraints.txt ." in arguments("RUN")
    for line in arguments("RUN"):
        subprocess.run(["sh", "-n", "-c", line], check=True)
    ignored = (FOLDER / "Dockerfile.dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in ignored
    for line in arguments("COPY"):
        for source in line.split()[:-1]:
            assert (REPOSITORY / source).exists() and f"!{source}" in ignored
    assert (FOLDER / service("app")["build"]["context"]).resolve() == REPOSITORY
    assert (REPOSITORY / service("app")["build"]["dockerfile"]).is_file()


def test_what_the_wheel_needs_is_copied() -> None:
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    copied = {source for line in arguments("COPY") for source in line.split()[:-1]}
    assert {project["readme"], *project["license-files"], "pyproject.toml", "constraints.txt", "src"} == copied


def test_the_first_administrators_password_is_a_secret_that_git_ignores() -> None:
    ((name, secret),) = compose()["secrets"].items()
    assert service("app")["secrets"] == [name]
    default = re.fullmatch(r"\$\{ADMIN_PASSWORD_FILE:-\./(.+)\}", secret["file"])
    assert default is not None
    ignored = (REPOSITORY / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert f"/vectordb/{default[1]}" in ignored
    assert f"vectordb/{default[1]}" in (FOLDER / "README.md").read_text(encoding="utf-8")


def test_the_settings_are_ones_that_askspeech_knows() -> None:
    asked = variables() | service("app")["environment"]
    index, server, _ = from_environment(asked)
    assert (index.store, server.data) == (Path("/store"), Path("/data"))
    assert index.chroma_url == "http://chroma:8000"
    assert (server.host, server.port) == ("0.0.0.0", 7860)
    assert server.admin_password_file == Path("/run/secrets", *service("app")["secrets"])
    known = "".join(path.read_text(encoding="utf-8") for path in (REPOSITORY / "src" / "askspeech").glob("*.py"))
    assert all(f'"{name}"' in known for name in asked if name.startswith("ASKSPEECH_"))
    assert service("app")["ports"] == [f"127.0.0.1:{server.port}:{server.port}"]
    assert arguments("EXPOSE") == [str(server.port)]


# Its commands, without a container


@pytest.fixture(scope="module")
def chroma_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of a Chroma server that was started by the command of the compose file."""
    port = free_port()
    changed = {"/data": str(tmp_path_factory.mktemp("data")), "8000": str(port), "0.0.0.0": "127.0.0.1"}
    command = [changed.get(word, word) for word in service("chroma")["command"]]
    with started([str(CHROMA), *command]):
        wait_until_well(lambda: chroma_is_well(port))
        yield port


@contextlib.contextmanager
def started(command: list[str], **more: Any) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, **more)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


def wait_until_well(is_well: Any, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while not is_well():
        assert time.monotonic() < deadline, f"not well within {seconds} seconds"
        time.sleep(0.2)


def chroma_is_well(port: int) -> bool:
    """What the healthcheck of the compose file says."""
    kind, *command = service("chroma")["healthcheck"]["test"]
    assert kind == "CMD"
    # Compose takes two dollar signs for one.
    command = [word.replace("$$", "$").replace("/8000", f"/{port}") for word in command]
    done = subprocess.run(command, capture_output=True, timeout=10, check=False, env={"PATH": os.environ["PATH"]})
    return done.returncode == 0


def app_is_well(port: int) -> bool:
    """What the healthcheck of the Dockerfile says."""
    (line,) = arguments("HEALTHCHECK")
    python, *command = json.loads(line.split("CMD ", 1)[1])
    assert python == "python"
    command = [word.replace(":7860", f":{port}") for word in command]
    done = subprocess.run([sys.executable, *command], capture_output=True, timeout=10, check=False)
    return done.returncode == 0


def test_chromas_healthcheck(chroma_port: int) -> None:
    assert chroma_is_well(chroma_port)
    assert not chroma_is_well(free_port())

    def failing(handler: http.server.BaseHTTPRequestHandler) -> None:
        reply(handler, b"{}", 503)

    with pretender(failing) as url:
        port = int(url.rsplit(":", 1)[1])
        assert not chroma_is_well(port)
        assert not app_is_well(port)


def test_the_app_builds_serves_and_is_well(chroma_port: int, samples: Path, tmp_path: Path) -> None:
    environment = container_environment(chroma_port, tmp_path)
    (tmp_path / "app").mkdir()
    build = ["askspeech", "build", str(samples)]
    done = subprocess.run(
        build, cwd=tmp_path / "app", env=environment, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    port = int(environment["ASKSPEECH_PORT"])
    assert not app_is_well(port)
    with started(service("app")["command"], cwd=tmp_path / "app", env=environment) as process:
        wait_until_well(lambda: app_is_well(port) or process.poll() is not None)
        opened = signed_in(port, PASSWORD)
        wait_until_well(lambda: health(port, opened)["ready"])
        told = health(port, opened)
        assert (told["user"], told["message"], told["notices"]) == ("admin", "", [])
        assert health(port) == {"alive": True}
        assert signed_in(port, "another password") is None
    assert not (tmp_path / "home").exists(), "nothing is written outside the volumes and /tmp"
    assert list((tmp_path / "app").iterdir()) == []
    assert {path.name for path in tmp_path.iterdir()} <= {"app", "bin", "data", "secret", "store", "tmp"}


def test_the_app_does_not_start_for_other_machines_without_users(tmp_path: Path) -> None:
    environment = container_environment(free_port(), tmp_path)

    def refused(**changed: str) -> str:
        done = subprocess.run(
            service("app")["command"], cwd=tmp_path, env={**environment, **changed},
            capture_output=True, encoding="utf-8", check=False, timeout=60,
        )  # fmt: skip
        assert done.returncode != 0 and not done.stdout
        return done.stderr

    said = refused(ASKSPEECH_ADMIN_PASSWORD_FILE="")
    assert "has no users yet" in said and "ASKSPEECH_ADMIN_PASSWORD_FILE" in said
    assert "cannot be read" in refused(ASKSPEECH_ADMIN_PASSWORD_FILE=str(tmp_path / "none"))
    (tmp_path / "secret").write_text("short\n", encoding="utf-8")
    assert "The password has 5 characters" in refused()
    assert not Users(tmp_path / "data").exist()


def test_the_secret_changes_no_administrator(tmp_path: Path) -> None:
    environment = container_environment(free_port(), tmp_path)
    port, before = int(environment["ASKSPEECH_PORT"]), "the one of long ago"
    Users(tmp_path / "data").add("admin", before, "administrator")
    with started(service("app")["command"], cwd=tmp_path, env=environment) as process:
        wait_until_well(lambda: app_is_well(port) or process.poll() is not None)
        assert signed_in(port, before) is not None and signed_in(port, PASSWORD) is None
    assert [user.name for user in Users(tmp_path / "data").all()] == ["admin"]


def container_environment(chroma_port: int, folder: Path) -> Mapping[str, str]:
    """The environment that the app has in its container, with this machine's paths and free ports."""
    asked = variables() | service("app")["environment"]
    asked["ASKSPEECH_CHROMA_URL"] = f"http://127.0.0.1:{chroma_port}"
    asked |= {"ASKSPEECH_STORE": str(folder / "store"), "ASKSPEECH_DATA": str(folder / "data")}
    asked |= {"ASKSPEECH_PORT": str(free_port()), "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp")}
    asked["ASKSPEECH_ADMIN_PASSWORD_FILE"] = str(folder / "secret")
    (folder / "secret").write_text(f"{PASSWORD}\n", encoding="utf-8")
    (folder / "tmp").mkdir()
    (folder / "bin").mkdir()
    script = folder / "bin" / "askspeech"
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m askspeech "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    path = os.pathsep.join(path for path in sys.path if path)
    return asked | {"PATH": f"{script.parent}:{os.environ['PATH']}", "PYTHONPATH": path}


def signed_in(port: int, password: str) -> str | None:
    """Sign in as the first administrator; the cookie, or None where the password is refused."""
    form = urllib.parse.urlencode({"name": "admin", "password": password}).encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    with contextlib.closing(connection):
        connection.request("POST", "/sign-in", form, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = connection.getresponse()
        answer.read()
        assert answer.status in (303, 401)
        return str(answer.headers["Set-Cookie"]).partition(";")[0] if answer.status == 303 else None


def health(port: int, cookie: str | None = None) -> dict[str, Any]:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/health", headers={"Cookie": cookie} if cookie else {})
    with urllib.request.urlopen(request, timeout=10) as answer:
        told: dict[str, Any] = json.load(answer)
        return told
