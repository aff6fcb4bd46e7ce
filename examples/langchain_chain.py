#!/usr/bin/env python3
"""A LangChain chain over the index: the passages that fit a question, a prompt, and any chat model.

    python examples/langchain_chain.py "市里年初定的五场硬仗是哪五场？" --model ollama:qwen3:8b
    python examples/langchain_chain.py "…" --model openai:qwen3 --url http://127.0.0.1:8000/v1 --level 市

The model is named as LangChain's init_chat_model names it; its package must be installed (askspeech[ollama] or
askspeech[openai]). What it writes is not checked here: `askspeech ask` checks every sentence.
"""

import argparse

from langchain.chat_models import init_chat_model
from langchain_core.documents import Document
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate

from askspeech import Filters, SpeechIndex

PROMPT = ChatPromptTemplate.from_messages(
    [
        ("system", "只根据给出的讲话段落回答，每句话后面用 [1] 这样的编号注明出处；段落里没有的就说没有找到。"),
        ("human", "段落：\n\n{passages}\n\n问题：{question}"),
    ]
)


def main() -> None:
    parser = argparse.ArgumentParser(description="Answer a question with a LangChain chain. 用 LangChain 链回答问题。")
    parser.add_argument("question")
    parser.add_argument("--model", required=True, help="as LangChain names it, such as ollama:qwen3:8b")
    parser.add_argument("--url", help="where the model is served")
    parser.add_argument("--store", default="vectordb/store", help="where the index is")
    parser.add_argument("--level", action="append", default=[], help="only speeches of this level, such as 市")
    arguments = parser.parse_args()

    model = init_chat_model(arguments.model, temperature=0, **({"base_url": arguments.url} if arguments.url else {}))
    with SpeechIndex.open(arguments.store) as index:
        retriever = index.as_retriever(k=6, filters=Filters(level=tuple(arguments.level)))
        documents = retriever.invoke(arguments.question)
        chain = PROMPT | model | StrOutputParser()
        for piece in chain.stream({"question": arguments.question, "passages": numbered(documents)}):
            print(piece, end="", flush=True)
    print("\n\n出处：")
    for number, document in enumerate(documents, 1):
        print(f"[{number}] {place_of(document)}")


def numbered(documents: list[Document]) -> str:
    return "\n\n".join(f"[{number}] {document.page_content}" for number, document in enumerate(documents, 1))


def place_of(document: Document) -> str:
    """Where a passage stands: its speech, its file, and the page, paragraph or line."""
    place = document.metadata["locator"]
    unit = {"page": "页", "paragraph": "段", "line": "行"}[place["unit"]]
    return f"{document.metadata['speech_title']}，{document.metadata['file']}，第{place['first']}{unit}"


if __name__ == "__main__":
    main()
