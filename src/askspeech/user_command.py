"""The command `user`: its actions, and what each prints.

It imports what it needs when it runs, so that help and usage errors are instant. A password is never an argument:
other users of the machine would see it.
"""

import argparse
import sys
from getpass import getpass
from pathlib import Path
from typing import TYPE_CHECKING

from askspeech.errors import SettingsError
from askspeech.options import add_store

if TYPE_CHECKING:
    from askspeech.users import KeptUser, Users

__all__ = ["add_user", "user_output"]

_ROLES = ("reader", "administrator")  # as askspeech.access has them, which need not be imported for help
_LONGEST_INPUT = 4096


def add_user(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """Give the command `user` its actions, and return their parsers."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    added = {}
    for name, summary in (
        ("add", "add somebody who may sign in; the first one is an administrator 添加用户"),
        ("list", "list the users 列出用户"),
        ("remove", "remove a user, who is signed out at once 删除用户"),
        ("role", "give a user another role 更改角色"),
        ("password", "give a user another password 重设密码"),
    ):
        action = actions.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        add_store(action)
        action.add_argument(
            "--data",
            type=Path,
            metavar="DIR",
            help="where the users are (default: $ASKSPEECH_DATA, else data beside the store)",
        )
        if name != "list":
            action.add_argument("name", metavar="NAME", help="the user's name 用户名")
        added[name] = action
    added["add"].add_argument(
        "--role", choices=_ROLES, required=True, help="a reader asks and reads; an administrator manages as well"
    )
    added["role"].add_argument("role", choices=_ROLES, help="the role from then on")
    added["remove"].add_argument(
        "--with-conversations",
        action="store_true",
        help="delete the user's conversations and feedback too; without it they stay, and nobody sees them 连同对话",
    )
    for name in ("add", "password"):
        added[name].add_argument(
            "--password-file",
            type=Path,
            metavar="FILE",
            help="a file whose first line is the password (default: it is asked for, or read from stdin)",
        )
    return list(added.values())


def user_output(arguments: argparse.Namespace, folder: Path) -> str:
    """What `askspeech user …` prints, having done it; raises what reading and writing the users raises.

    Args:
        arguments: those of the command line.
        folder: where the users are, unless the command line says.
    """
    from askspeech.users import Users

    users = Users(folder if arguments.data is None else arguments.data)
    if arguments.action == "list":
        return _list_text(users.all())
    if arguments.action == "add":
        return _added(users, arguments)
    if arguments.action == "remove":
        return _removed(users, arguments.name, with_conversations=arguments.with_conversations)
    if arguments.action == "role":
        users.set_role(arguments.name, arguments.role)
        return f"{arguments.name} is {arguments.role} from now on, and has to sign in again 已更改角色."
    users.set_password(arguments.name, _password(arguments))
    return f"{arguments.name} has a new password, and has to sign in with it 已重设密码."


def _added(users: "Users", arguments: argparse.Namespace) -> str:
    from askspeech.founding import found

    password = _password(arguments)
    if users.exist() or arguments.role != "administrator":
        user = users.add(arguments.name, password, arguments.role)
        return f"The user {user.name} is added as {user.role} 已添加用户."
    user, problem = found(users, arguments.name, password)
    said = (
        f"The first administrator {user.name} is added 已添加管理员. From now on everybody signs in, and programs need "
        "tokens (askspeech token add). Conversations kept so far are this administrator's. 从现在起，使用者都要登录。"
    )
    return f"{said}\n{problem}" if problem else said


def _removed(users: "Users", name: str, *, with_conversations: bool) -> str:
    owner = users.owner_of(name)
    if not users.remove(name):
        raise SettingsError(
            f"There is no user {name!r}: expected a name that `askspeech user list` prints.", "没有这个用户。"
        )
    said = f"The user {name} is removed 已删除用户."
    if with_conversations:
        from askspeech.conversations import Conversations

        said += f" Conversations deleted 已删除对话: {Conversations(users.folder).delete_all(owner)}."
    if users.exist():
        return said
    return (
        f"{said} It was the last one: nobody signs in any more, and only this machine "
        "may use the server. 已没有用户：只有本机可以使用。"
    )


def _list_text(users: "tuple[KeptUser, ...]") -> str:
    from askspeech.reporting import users_text

    if users:
        return users_text(users)
    return (
        "There are no users 还没有用户: only this machine may use the server. "
        "Add one: askspeech user add NAME --role administrator"
    )


def _password(arguments: argparse.Namespace) -> str:
    """The password: of the file that is named, typed twice on a terminal, else the first line of stdin."""
    if arguments.password_file is not None:
        from askspeech.founding import first_line

        return first_line(arguments.password_file)
    if not sys.stdin.isatty():
        return _piped_password()
    try:
        password, again = getpass("Password 密码: "), getpass("Once more 再输入一次: ")
    except EOFError as error:
        raise SettingsError("No password was typed: run the command again.", "没有输入密码。") from error
    if again != password:
        raise SettingsError("The two passwords differ: run the command again.", "两次输入的密码不一致。")
    return password


def _piped_password() -> str:
    try:
        line = sys.stdin.buffer.readline(_LONGEST_INPUT).decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise SettingsError(f"The password on stdin is not UTF-8: {error}. Send it so.", "密码不是 UTF-8。") from error
    if not line:
        raise SettingsError("Found no password on stdin: type one, or name a file with --password-file.", "没有密码。")
    return line
