"""The pages as one Gradio application: which there are, their look, and what their heads load."""

import json

import gradio as gr

from askspeech.chat_page import build_chat
from askspeech.glance_page import build_glance
from askspeech.library_page import build_library
from askspeech.page_events import Pages
from askspeech.people_page import build_people
from askspeech.rendering import escape
from askspeech.site import PAGES, Site
from askspeech.texts import CHINESE, translations

__all__ = ["EARLY_SCRIPTS", "STATIC_PATH", "build_page", "page_head", "page_i18n", "page_theme"]

STATIC_PATH = "static/askspeech"
STYLES = ("page", "asking", "keeping", "site", "library", "glance", "exporting", "people")
SCRIPTS = (
    "changes",
    "page",
    "asking",
    "keeping",
    "account",
    "connection",
    "following",
    "site",
    "library",
    "glance",
    "exporting",
)
EARLY_SCRIPTS = tuple(f"{STATIC_PATH}/{name}.js" for name in ("language", "stream"))
CONCURRENT_ANSWERS = 4
WAITING_QUESTIONS = 64
FONTS = ("system-ui", "-apple-system", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
BUILDERS = {"chat": build_chat, "library": build_library, "glance": build_glance, "people": build_people}


def build_page(site: Site) -> gr.Blocks:
    """All pages as Gradio blocks, the page for asking at the root."""
    page: gr.Blocks = Pages(title=f"{CHINESE.title} AskSpeech", analytics_enabled=False, fill_width=True)
    words = page_i18n()
    paths = {name: "" if name == "chat" else name for name in PAGES if name in BUILDERS}
    for name in filter(None, paths.values()):
        page.route(name, f"/{name}", show_in_navbar=False)
    # Gradio would have each page begun anew, and makes its whole application again at the end of each.
    with page:
        for name, page.current_page in paths.items():
            BUILDERS[name](page, words, site)
    # Gradio checks the paths of uploaded files, which a client sends, of launched pages alone; ours is mounted.
    page.has_launched = True
    page.queue(default_concurrency_limit=CONCURRENT_ANSWERS, max_size=WAITING_QUESTIONS, api_open=False)
    return page


def page_i18n() -> gr.I18n:
    """The pages' words for Gradio, which chooses by the browser's language."""
    words = translations()
    return gr.I18n(**words, **{"zh-CN": words["zh"], "zh-TW": words["zh"]})


def page_theme() -> gr.themes.Base:
    """The pages' look: fonts of the reader's own machine, nothing loaded from elsewhere."""
    return gr.themes.Base(
        primary_hue="blue", neutral_hue="slate", font=FONTS, font_mono=("ui-monospace", "Menlo", "monospace")
    )


def page_head() -> str:
    """What the pages' heads load: our style sheets and scripts, and the words that the scripts show."""
    words = escape(json.dumps(translations(), ensure_ascii=False))
    styles = "".join(f'<link rel="stylesheet" href="{STATIC_PATH}/{name}.css">' for name in STYLES)
    scripts = "".join(f'<script src="{STATIC_PATH}/{name}.js" defer></script>' for name in SCRIPTS)
    return f'{styles}<meta name="askspeech-words" content="{words}">{scripts}'
