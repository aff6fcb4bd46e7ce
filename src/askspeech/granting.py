"""The command `token`: its actions, and what each prints.

It imports what it needs when it runs, so that help and usage errors are instant.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from askspeech.options import add_store

if TYPE_CHECKING:
    from askspeech.access import Token

__all__ = ["add_token", "token_output"]

_ROLES = ("reader", "administrator")  # as askspeech.access has them, which need not be imported for help


def add_token(parser: argparse.ArgumentParser) -> list[argparse.ArgumentParser]:
    """Give the command `token` its actions, and return their parsers."""
    actions = parser.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    added = []
    for name, summary in (
        ("add", "make a token, which is shown once 生成令牌，只显示一次"),
        ("list", "list the tokens, without what programs send 列出令牌"),
        ("remove", "remove a token: it opens nothing from then on 删除令牌"),
    ):
        action = actions.add_parser(name, help=summary, description=f"{summary[0].upper()}{summary[1:]}.")
        add_store(action)
        action.add_argument(
            "--data",
            type=Path,
            metavar="DIR",
            help="where the tokens are (default: $ASKSPEECH_DATA, else data beside the store)",
        )
        added.append(action)
    add, _, remove = added
    add.add_argument("--role", choices=_ROLES, required=True, help="what it may do: a reader searches, asks and reads")
    add.add_argument("--name", default="", help="what it is for, such as the program's name 用途")
    remove.add_argument("id", metavar="ID", help="its id, as `askspeech token list` prints it")
    return added


def token_output(arguments: argparse.Namespace, folder: Path) -> str:
    """What `askspeech token …` prints, having done it; raises what reading and writing the tokens raises.

    Args:
        arguments: those of the command line.
        folder: where the tokens are, unless the command line says.
    """
    from askspeech.access import Access
    from askspeech.errors import SettingsError

    access = Access(folder if arguments.data is None else arguments.data)
    if arguments.action == "add":
        token, sent = access.add(arguments.role, arguments.name)
        return _added_text(token, sent)
    if arguments.action == "remove":
        if not access.remove(arguments.id):
            raise SettingsError(
                f"There is no token {arguments.id!r} in {access.path}: expected an id that `askspeech token list` "
                "prints.",
                "没有这个令牌。",
            )
        return _removed_text(arguments.id, left=bool(access.tokens()))
    return _tokens_text(access.tokens())


def _added_text(token: "Token", sent: str) -> str:
    return (
        f"{sent}\n\n"
        f"Token 令牌 {token.id}, {token.role}. Keep it now: it is not shown again 请立即保存，以后不再显示.\n"
        f"Programs send it with every request, as the header 请求头: Authorization: Bearer {sent[:8]}…\n"
        "From now on REST and MCP ask every program for a token, on this machine too. 从现在起，程序调用都需要令牌。"
    )


def _removed_text(identity: str, *, left: bool) -> str:
    if left:
        return f"Token {identity} is removed 已删除."
    return (
        f"Token {identity} is removed 已删除. It was the last one: unless there are users, programs on this machine "
        "may use REST and MCP without a token again, others may not. 已没有令牌：没有用户时，本机程序可直接调用。"
    )


def _tokens_text(tokens: "tuple[Token, ...]") -> str:
    from askspeech.reporting import tokens_text

    if tokens:
        return tokens_text(tokens)
    return (
        "There is no token 还没有令牌: as long as there are no users either, programs on this machine may use REST and "
        "MCP, others may not. "
        "Make one: askspeech token add --role reader"
    )
