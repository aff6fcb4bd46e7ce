"""The page of the users: who may sign in, for administrators to manage; for everybody, the way to one's own account.

Signing in, one's own password and the first administrator are forms outside Gradio (`askspeech.sign_in`), as they set
cookies. Every event here looks up anew who asks, and does nothing for anybody but an administrator.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from askspeech.access import ROLES, Role
from askspeech.bilingual import Bilingual
from askspeech.errors import AccountError, AskSpeechError
from askspeech.gate import require_administrator, user_of
from askspeech.rendering import escape
from askspeech.showing import Update, texts_for
from askspeech.site import Site, site_header
from askspeech.telling import told
from askspeech.texts import PageTexts
from askspeech.users import LOCAL_USER, KeptUser, User, Users, user_key

__all__ = ["PeopleHandlers", "build_people"]

QUIET: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
SIGN_IN_LINK = "./sign-in"

Updates = tuple[Update, ...]


@dataclass(frozen=True, slots=True)
class Managing:
    """The components with which one user is managed."""

    chosen: gr.Dropdown
    role: gr.Radio
    set_role: gr.Button
    password: gr.Textbox
    reset: gr.Button
    end: gr.Button
    remove: gr.Button
    removing: gr.Column
    really: gr.Markdown
    confirm: gr.Button
    leave: gr.Button


@dataclass(frozen=True, slots=True)
class Parts:
    """The components that events read and change."""

    state: gr.Markdown
    first: gr.Button
    account: gr.Button
    panel: gr.Column
    said: gr.Markdown
    table: gr.Markdown
    name: gr.Textbox
    password: gr.Textbox
    role: gr.Radio
    add: gr.Button
    managing: Managing

    @property
    def opened(self) -> list[Any]:
        """What a look at the page sets."""
        roles = [self.role, self.managing.role]
        return [self.state, self.first, self.account, self.panel, *roles, self.table, self.managing.chosen]

    @property
    def done(self) -> list[Any]:
        """What is set once something has been done."""
        emptied = [self.name, self.password, self.managing.password, self.managing.removing]
        return [self.said, self.table, self.managing.chosen, *emptied]


def build_people(page: gr.Blocks, words: gr.I18n, site: Site) -> None:
    """Make the page and connect its events, where Gradio is building."""
    parts, handlers = _components(words), PeopleHandlers(site.users, local_only=site.local_only)
    page.load(handlers.opened, None, parts.opened, **QUIET)
    adding = [parts.name, parts.password, parts.role]
    gr.on([parts.add.click, parts.password.submit], handlers.added, adding, parts.done, **QUIET)
    one = parts.managing
    one.set_role.click(handlers.role_set, [one.chosen, one.role], parts.done, **QUIET)
    gr.on([one.reset.click, one.password.submit], handlers.reset, [one.chosen, one.password], parts.done, **QUIET)
    one.end.click(handlers.sessions_ended, one.chosen, parts.done, **QUIET)
    one.remove.click(handlers.removing, one.chosen, [parts.said, one.removing, one.really], **QUIET)
    one.leave.click(_hidden, None, one.removing, queue=False, **QUIET)
    one.confirm.click(handlers.removed, one.chosen, parts.done, **QUIET)


def _components(words: gr.I18n) -> Parts:
    site_header(words, "people")
    with gr.Column(elem_id="as-people"):
        with gr.Column(elem_classes=["as-people-card"]):
            state = _markdown(elem_id="as-people-state")
            with gr.Row(elem_classes=["as-buttons"]):
                first = gr.Button(
                    words("people_to_first"), variant="primary", link=SIGN_IN_LINK, link_target="_self",
                    visible=False, elem_id="as-people-first",
                )  # fmt: skip
                account = gr.Button(
                    words("account"), link=SIGN_IN_LINK, link_target="_self", visible=False, elem_id="as-account"
                )
        with gr.Column(visible=False, elem_id="as-people-panel") as panel:
            said = _markdown(elem_id="as-people-said")
            with gr.Column(elem_classes=["as-people-card"]):
                _heading(words, "people_list")
                table = _markdown(elem_id="as-people-table")
            with gr.Row(elem_classes=["as-people-forms"]):
                name, password, role, add = _adding(words)
                managing = _managing(words)
    return Parts(state, first, account, panel, said, table, name, password, role, add, managing)


def _adding(words: gr.I18n) -> tuple[gr.Textbox, gr.Textbox, gr.Radio, gr.Button]:
    with gr.Column(elem_classes=["as-people-card"], min_width=300):
        _heading(words, "people_add")
        name = gr.Textbox(label=words("user_name"), max_lines=1, elem_id="as-people-name")
        password = _password(words, "as-people-password")
        _shown(words, password, "as-people-show")
        role = _roles(words, "as-people-role")
        add = gr.Button(words("people_add_button"), variant="primary", elem_id="as-people-add")
    return name, password, role, add


def _managing(words: gr.I18n) -> Managing:
    with gr.Column(elem_classes=["as-people-card"], min_width=300):
        _heading(words, "people_manage")
        chosen = gr.Dropdown(
            [], label=words("people_choose"), value=None, filterable=False, interactive=True, elem_id="as-people-chosen"
        )
        role = _roles(words, "as-people-new-role")
        set_role = gr.Button(words("people_set_role"), size="sm", elem_id="as-people-set-role")
        password = _password(words, "as-people-new-password")
        _shown(words, password, "as-people-new-show")
        reset = gr.Button(words("people_reset"), size="sm", elem_id="as-people-reset")
        with gr.Row(elem_classes=["as-buttons"]):
            end = gr.Button(words("people_end_sessions"), size="sm", elem_id="as-people-end")
            remove = gr.Button(words("people_remove"), size="sm", elem_id="as-people-remove")
        with gr.Column(visible=False, elem_id="as-people-removing") as removing:
            really = _markdown(elem_id="as-people-really")
            with gr.Row(elem_classes=["as-buttons"]):
                confirm = gr.Button(words("people_remove_confirm"), variant="stop", size="sm", elem_id="as-people-yes")
                leave = gr.Button(words("cancel"), size="sm", elem_id="as-people-no")
    return Managing(chosen, role, set_role, password, reset, end, remove, removing, really, confirm, leave)


def _heading(words: gr.I18n, name: str) -> None:
    gr.Markdown(words(name), container=False, elem_classes=["as-people-title"])


def _markdown(elem_id: str) -> gr.Markdown:
    return gr.Markdown(latex_delimiters=[], sanitize_html=True, container=False, elem_id=elem_id)


def _password(words: gr.I18n, identity: str) -> gr.Textbox:
    return gr.Textbox(
        label=words("password_new"), info=words("password_rule"), type="password", max_lines=1, elem_id=identity,
        html_attributes=gr.InputHTMLAttributes(autocomplete="new-password"),
    )  # fmt: skip


def _shown(words: gr.I18n, password: gr.Textbox, identity: str) -> None:
    """A box that shows the password as it is typed: it is typed once, and told to somebody else."""
    shown = gr.Checkbox(False, label=words("password_show"), container=False, elem_id=identity)
    shown.change(_password_type, shown, password, queue=False, **QUIET)


def _password_type(shown: bool) -> Update:
    return gr.update(type="text" if shown else "password")


def _roles(words: gr.I18n, identity: str) -> gr.Radio:
    return gr.Radio(
        [*ROLES], value=ROLES[0], label=words("role"), interactive=True, elem_id=identity,
        info=words("role_administrator_note"),
    )  # fmt: skip


class PeopleHandlers:
    """What the page's events do; every method can be called without a browser."""

    def __init__(self, users: Users | None, *, local_only: bool = False) -> None:
        self._users, self._local_only = users, local_only

    def opened(self, request: gr.Request) -> Updates:
        """Who is here, the users for an administrator, and the way to one's account or to the first administrator."""
        texts, user = texts_for(request), user_of(request)
        manages = user is not None and user != LOCAL_USER and user.role == "administrator"
        # Gradio takes a name that is the key of one of its words for that word, and keys are in lower case.
        roles = [(_role_name(role, texts).capitalize(), role) for role in ROLES]
        return (
            gr.update(value=_state_html(user, texts, local_only=self._local_only and manages)),
            gr.update(visible=user == LOCAL_USER and self._users is not None),
            gr.update(visible=user is not None and user != LOCAL_USER),
            gr.update(visible=manages),
            gr.update(choices=roles),
            gr.update(choices=roles),
            *self._listed(texts, shown=manages),
        )

    def added(self, name: str, password: str, role: Role, request: gr.Request) -> Updates:
        """Add a user."""
        texts = texts_for(request)

        def add(users: Users, _: User) -> str:
            user = users.add(name, password, _role(role))
            return texts.people_added.format(name=user.name)

        return self._done(request, add)

    def role_set(self, name: str | None, role: Role, request: gr.Request) -> Updates:
        """Give a user another role."""
        texts = texts_for(request)

        def set_role(users: Users, asking: User) -> str:
            chosen = _other(name, asking, texts)
            users.set_role(chosen, _role(role))
            return texts.people_role_set.format(name=chosen, role=_role_name(role, texts))

        return self._done(request, set_role)

    def reset(self, name: str | None, password: str, request: gr.Request) -> Updates:
        """Give a user another password."""
        texts = texts_for(request)

        def reset(users: Users, _: User) -> str:
            users.set_password(_chosen(name, texts), password)
            return texts.people_reset_done.format(name=name)

        return self._done(request, reset)

    def sessions_ended(self, name: str | None, request: gr.Request) -> Updates:
        """Sign a user out everywhere."""
        texts = texts_for(request)

        def end(users: Users, _: User) -> str:
            users.end_sessions(_chosen(name, texts))
            return texts.people_sessions_ended.format(name=name)

        return self._done(request, end)

    def removing(self, name: str | None, request: gr.Request) -> Updates:
        """Ask whether a user is really to be removed."""
        texts = texts_for(request)
        try:
            asked = texts.people_remove_really.format(name=_other(name, require_administrator(request), texts))
        except AskSpeechError as error:
            return gr.update(value=_said(told(error, texts), "problem")), gr.update(visible=False), gr.skip()
        return gr.update(value=""), gr.update(visible=True), gr.update(value=escape(asked))

    def removed(self, name: str | None, request: gr.Request) -> Updates:
        """Remove a user."""
        texts = texts_for(request)

        def remove(users: Users, asking: User) -> str:
            chosen = _other(name, asking, texts)
            if not users.remove(chosen):
                raise AccountError(Bilingual(texts.people_choose_first))
            return texts.people_removed.format(name=chosen)

        return self._done(request, remove)

    def _done(self, request: gr.Request, do: Callable[[Users, User], str]) -> Updates:
        """What is to be seen once an administrator has done something: what became of it, and the users as they are."""
        texts, said = texts_for(request), ""
        emptied = (gr.update(value=""), gr.update(value=""), gr.update(value=""), gr.update(visible=False))
        try:
            asking = require_administrator(request)
            if self._users is None or asking == LOCAL_USER:
                raise AccountError(Bilingual(texts.people_none))
            said = _said(do(self._users, asking), "done")
        except AskSpeechError as error:
            kept = (gr.skip(), *emptied[1:])
            return (gr.update(value=_said(told(error, texts), "problem")), gr.skip(), gr.skip(), *kept)
        return (gr.update(value=said), *self._listed(texts, shown=True), *emptied)

    def _listed(self, texts: PageTexts, *, shown: bool) -> tuple[Update, Update]:
        """The table of the users, and the choice among them; nothing of it where it is not shown."""
        if not shown or self._users is None:
            return gr.update(value=""), gr.update(choices=[], value=None)
        try:
            found = self._users.all()
        except AskSpeechError as error:
            return gr.update(value=_said(told(error, texts), "problem")), gr.update(choices=[], value=None)
        # With the role: Gradio would take a name alone for one of its words, where it is the key of one.
        names = [(f"{user.name} · {_role_name(user.role, texts)}", user.name) for user in found]
        return gr.update(value=_table_html(found, texts)), gr.update(choices=names, value=None)


def _hidden() -> Update:
    return gr.update(visible=False)


def _role(role: str) -> Role:
    for known in ROLES:
        if role == known:
            return known
    raise AccountError(f"{role!r} is no role: choose one of {', '.join(ROLES)}.", "请选择角色。")


def _chosen(name: str | None, texts: PageTexts) -> str:
    if not isinstance(name, str) or not name:
        raise AccountError(Bilingual(texts.people_choose_first))
    return name


def _other(name: str | None, asking: User, texts: PageTexts) -> str:
    """The user that was chosen, who is not the one who asks."""
    if user_key(_chosen(name, texts)) == user_key(asking.name):
        raise AccountError(Bilingual(texts.people_not_yourself))
    return _chosen(name, texts)


def _role_name(role: Role, texts: PageTexts) -> str:
    return texts.role_administrator if role == "administrator" else texts.role_reader


def _state_html(user: User | None, texts: PageTexts, *, local_only: bool) -> str:
    if user is None or user == LOCAL_USER:
        return f"<p>{escape(texts.people_none)}</p>"
    said = texts.signed_in_as.format(name=user.name, role=_role_name(user.role, texts))
    note = texts.role_administrator_note if user.role == "administrator" else texts.role_reader_note
    more = "" if user.role == "administrator" else f" {texts.people_reader}"
    alone = f'<p class="as-quiet">{escape(texts.people_local_only)}</p>' if local_only else ""
    return f'<p><strong>{escape(said)}</strong></p><p class="as-quiet">{escape(note + more)}</p>{alone}'


def _table_html(users: Sequence[KeptUser], texts: PageTexts) -> str:
    heads = (texts.user_name, texts.role, texts.people_created, texts.people_signed_in, texts.people_sessions)
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in heads)
    body = "".join(_row(user, texts) for user in users)
    # It scrolls where it is too wide, for the keyboard too.
    return (
        f'<div class="as-wide" tabindex="0" role="region" aria-label="{escape(texts.people_list)}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        f'<p class="as-quiet">{escape(texts.people_sessions_note)}</p>'
    )


def _row(user: KeptUser, texts: PageTexts) -> str:
    seen = texts.people_never if user.signed_in_at is None else _when(user.signed_in_at)
    cells = (_role_name(user.role, texts), _when(user.created_at), seen, str(user.sessions))
    shown = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    return f'<tr><th scope="row">{escape(user.name)}</th>{shown}</tr>'


def _when(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))


def _said(message: str, kind: str) -> str:
    role = "alert" if kind == "problem" else "status"
    return f'<p class="as-{kind}" role="{role}">{escape(message)}</p>'
