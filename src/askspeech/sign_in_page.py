"""The pages outside Gradio, as HTML: signing in, the first administrator, one's own account and password."""

from collections.abc import Sequence
from html import escape

from askspeech.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
from askspeech.texts import CHINESE, PageTexts
from askspeech.users import User

__all__ = ["account_page", "first_page", "password_page", "sign_in_page"]

_HEAD = (
    '<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{heading} · {title}</title>'
    '<link rel="icon" href="data:,"><link rel="stylesheet" href="static/askspeech/sign-in.css">'
    '<script src="static/askspeech/sign-in.js" defer></script></head>'
    '<body><header><span class="title">{title}</span>'
    '<button type="button" id="language" lang="{other}">{other_language}</button></header><main><h1>{heading}</h1>'
)
_END = "</main></body></html>"


def sign_in_page(texts: PageTexts, problem: str = "", name: str = "", after: str = "") -> str:
    """The form for signing in; `problem` says why the last try opened nothing, `after` what brought one here."""
    fields = (
        _field("name", texts.user_name, "username", value=name, focused=not name),
        _field("password", texts.password, "current-password", focused=bool(name)),
    )
    came = {"out": texts.sign_in_after_out, "end": texts.sign_in_after_end}.get(after, "")
    said = f'<p class="who" role="status">{escape(came)}</p>' if came and not problem else ""
    forgotten = f"<p><small>{escape(texts.sign_in_forgotten)}</small></p>"
    return _page(texts, texts.sign_in, said, _problem(problem), _form(fields, texts.sign_in_button), forgotten)


def first_page(texts: PageTexts, problem: str = "", name: str = "") -> str:
    """The form for the first administrator."""
    fields = (
        _field("name", texts.user_name, "username", value=name, focused=True),
        _field("password", texts.password, "new-password", note=texts.password_rule),
        _field("again", texts.password_again, "new-password"),
    )
    note = f"<p>{escape(texts.people_none)}</p><p>{escape(texts.sign_in_first_note)}</p>"
    return _page(texts, texts.sign_in_first, note, _problem(problem), _form(fields, texts.sign_in_first_button))


def password_page(texts: PageTexts, user: User, problem: str = "") -> str:
    """The form for changing one's own password."""
    fields = (
        # For the browser's own store of passwords.
        f'<input type="text" name="name" autocomplete="username" value="{escape(user.name)}" hidden readonly>',
        _field("password", texts.password_now, "current-password", focused=True),
        _field("new", texts.password_new, "new-password", note=texts.password_rule),
        _field("again", texts.password_again, "new-password"),
    )
    back = f'<p><a href="./sign-in">{escape(texts.account)}</a></p>'
    return _page(texts, texts.password_change, _problem(problem), _form(fields, texts.password_save), back)


def account_page(texts: PageTexts, user: User) -> str:
    """Who is signed in, and what that person may do about it."""
    role = texts.role_administrator if user.role == "administrator" else texts.role_reader
    said = escape(texts.signed_in_as.format(name=user.name, role=role))
    return _page(
        texts,
        texts.account,
        f'<p class="who">{said}</p><p><a class="main" href="./">{escape(texts.to_pages)}</a></p>',
        f'<p><a href="./password">{escape(texts.password_change)}</a></p>',
        _form((), texts.sign_out, "./sign-out"),
        _form(('<input type="hidden" name="everywhere" value="1">',), texts.sign_out_everywhere, "./sign-out"),
    )


def _page(texts: PageTexts, heading: str, *parts: str) -> str:
    chinese = texts is CHINESE
    head = _HEAD.format(
        language="zh-CN" if chinese else "en",
        other="en" if chinese else "zh",
        heading=escape(heading),
        title=escape(texts.title),
        other_language=escape(texts.other_language),
    )
    return "".join((head, *parts, _END))


def _form(fields: Sequence[str], button: str, action: str = "") -> str:
    # Without an action it is sent to where it is, and what stands after # in the address stays.
    place = f' action="{action}"' if action else ""
    return f'<form method="post"{place}>{"".join(fields)}<button type="submit">{escape(button)}</button></form>'


def _field(name: str, label: str, kind: str, *, value: str = "", note: str = "", focused: bool = False) -> str:
    hidden = kind.endswith("password")
    limits = f' minlength="{SHORTEST_PASSWORD}"' if kind == "new-password" else ""
    limits += f' maxlength="{LONGEST_PASSWORD}"' if hidden else ' maxlength="100" autocapitalize="none"'
    described = f' aria-describedby="{name}-note"' if note else ""
    shown = f'<small id="{name}-note">{escape(note)}</small>' if note else ""
    return (
        f'<label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" type="{"password" if hidden else "text"}" autocomplete="{kind}" required'
        f' value="{escape(value)}"{limits}{described}{" autofocus" if focused else ""}>{shown}'
    )


def _problem(problem: str) -> str:
    return f'<p class="problem" role="alert">{escape(problem)}</p>' if problem else ""
