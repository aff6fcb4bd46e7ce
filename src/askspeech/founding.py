"""The first administrator, who takes over the conversations that were kept while there were no users."""

import socket
from pathlib import Path

from askspeech.callers import is_loopback
from askspeech.conversations import LOCAL_OWNER, Conversations
from askspeech.errors import AskSpeechError, SettingsError
from askspeech.settings import ServerSettings
from askspeech.users import User, Users

__all__ = ["first_line", "found", "founded_from_settings", "on_loopback", "require_users"]

_LONGEST_LINE = 4096


def found(users: Users, name: str, password: str) -> tuple[User, str]:
    """Add the first administrator; the user, and what went wrong with the conversations, empty where nothing did.

    Raises AccountError where there are users already, or the name or the password cannot be one.
    """
    user = users.add(name, password, "administrator", first=True)
    try:
        Conversations(users.folder).give_over(LOCAL_OWNER, user.owner)
    except AskSpeechError as error:
        return user, f"{user.name} is added, without the conversations kept before: {error}"
    return user, ""


def founded_from_settings(users: Users, settings: ServerSettings) -> str:
    """Add the administrator that the settings name, where there is no user yet; says what was done, if anything.

    Raises:
        SettingsError: the file with the password cannot be read, or what is in it cannot be a password.
    """
    path = settings.admin_password_file
    if path is None or users.exist():
        return ""
    password = first_line(path)
    try:
        user, problem = found(users, settings.admin_name, password)
    except AskSpeechError as error:
        if users.exist():  # another process was quicker
            return ""
        raise SettingsError(
            f"The first administrator cannot be added with ASKSPEECH_ADMIN_NAME and the password in {path}: {error}"
        ) from error
    return problem or f"The first administrator {user.name} is added 已添加管理员."


def require_users(users: Users, settings: ServerSettings) -> None:
    """Raise SettingsError where other machines would reach the server, and there is no user who could sign in."""
    if users.exist() or on_loopback(settings):
        return
    raise SettingsError(
        f"The server would be reached from other machines at {settings.host!r}, and has no users yet, so anybody could "
        f"use it. Add an administrator first: askspeech user add NAME --role administrator --data {users.folder} (or "
        "name a file with a password in ASKSPEECH_ADMIN_PASSWORD_FILE), or leave it at 127.0.0.1, for this machine "
        "alone. 要让其他机器访问，请先添加管理员：askspeech user add NAME --role administrator"
    )


def on_loopback(settings: ServerSettings) -> bool:
    """Whether the server listens to this machine alone."""
    try:
        found = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)
    except OSError:
        return True  # nobody reaches it at all, which is said when it is to listen there
    return all(is_loopback(str(address[0])) for *_, address in found)


def first_line(path: Path) -> str:
    """The password in a file, its first line; raises SettingsError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.readline(_LONGEST_LINE).decode("utf-8-sig").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SettingsError(
            f"The file with the password, {path}, cannot be read: {reason}. It holds the password as its first line, "
            "in UTF-8, and this user has to be able to read it.",
            "密码文件无法读取，请检查路径和权限。",
        ) from error
