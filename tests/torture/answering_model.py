"""A chat model of LangChain's own kind in this process: it quotes what it was given, and counts its calls."""

from collections.abc import Iterator
from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult
from tests.chat_server import SENTENCE


class Scripted(BaseChatModel):
    """Writes the text that it was made with, and the first sentence that it was given, with its handle."""

    says: str = ""
    asked: int = 0

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def _written(self, messages: list[BaseMessage]) -> str:
        self.asked += 1
        found = SENTENCE.findall(str(messages[-1].content))
        quoted = f"{found[0][1]}[{found[0][0]}]" if found else ""
        return f"{self.says}\n{quoted}".strip()

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self._written(messages)))])

    def _stream(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> Iterator[ChatGenerationChunk]:
        yield ChatGenerationChunk(message=AIMessageChunk(self._written(messages)))
