"""What the page for asking is made of.

The conversation is Gradio's chatbot, the sources are a Markdown component; both get HTML made by `askspeech.rendering`.
(Gradio's HTML component compiles its content with `new Function`, which our content security policy forbids.) What
Gradio has no component for, the reader beside the page, is `static/page.js`.
"""

from dataclasses import dataclass

import gradio as gr

from askspeech.answer_tools import AnswerTools, answer_tools, earlier_button, link_box, model_switch
from askspeech.chat import Conversation
from askspeech.filter_panel import FilterPanel, filter_panel
from askspeech.keeping_panel import CommentBox, KeepingPanel, comment_box, keeping_panel
from askspeech.site import site_header

__all__ = ["ChatParts", "chat_parts"]

SECONDS_BETWEEN_LOOKS = 2.0


@dataclass(frozen=True, slots=True)
class ChatParts:
    """The components that events read and change."""

    earlier: gr.Button
    chatbot: gr.Chatbot
    question: gr.Textbox
    sources: gr.Markdown
    conversation: gr.State
    looking: gr.Timer
    filters: FilterPanel
    keeping: KeepingPanel
    comments: CommentBox
    tools: AnswerTools
    quotations: gr.Checkbox
    linked: gr.Textbox


def chat_parts(words: gr.I18n) -> ChatParts:
    """Make them, where Gradio is building."""
    keeping = keeping_panel(words)
    site_header(words, "chat")
    with gr.Row(elem_id="as-columns"):
        with gr.Column(scale=3, min_width=300, elem_id="as-left"):
            earlier, chatbot = earlier_button(words), _chatbot(words)
            comments, tools = comment_box(words), answer_tools(words)
            filters, quotations, question = filter_panel(words), model_switch(words), _question_box(words)
        with gr.Column(scale=2, min_width=300, elem_id="as-right"):
            gr.Markdown(words("sources"), elem_id="as-sources-title", container=False)
            sources = gr.Markdown(elem_id="as-sources", latex_delimiters=[], sanitize_html=True, container=False)
    looking = gr.Timer(SECONDS_BETWEEN_LOOKS, active=False)
    conversation, linked = gr.State(Conversation()), link_box()
    return ChatParts(
        earlier, chatbot, question, sources, conversation, looking, filters, keeping, comments, tools, quotations,
        linked,
    )  # fmt: skip


def _chatbot(words: gr.I18n) -> gr.Chatbot:
    return gr.Chatbot(
        elem_id="as-chat",
        label=words("conversation"),
        show_label=False,
        container=False,
        height=None,
        layout="bubble",
        buttons=[],
        latex_delimiters=[],
        sanitize_html=True,
        allow_tags=False,
        line_breaks=False,
        allow_file_downloads=False,
        group_consecutive_messages=False,
        autoscroll=False,
    )


def _question_box(words: gr.I18n) -> gr.Textbox:
    return gr.Textbox(
        elem_id="as-ask",
        label=words("question"),
        placeholder=words("question_placeholder"),
        show_label=False,
        lines=1,
        max_lines=6,
        autofocus=True,
        submit_btn=True,
        stop_btn=False,
    )
