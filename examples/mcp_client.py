#!/usr/bin/env python3
"""What an agent does with the tools, by the client of the `mcp` package: ask, then open the place of every citation.

    python examples/mcp_client.py "市里年初定的五场硬仗是哪五场？"                                  # over stdio
    python examples/mcp_client.py "…" --url http://127.0.0.1:7860/mcp                              # over HTTP
    ASKSPEECH_TOKEN=ask_… python examples/mcp_client.py "…" --url https://speeches.example/mcp     # with a token

Over stdio it starts `askspeech mcp` itself; over HTTP it asks a running `askspeech serve`.
"""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from mcp import Client, StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

LONGEST_ANSWER = 300.0


@asynccontextmanager
async def connected(arguments: argparse.Namespace) -> AsyncIterator[Client]:
    if arguments.url is None:
        server = StdioServerParameters(
            command=sys.executable, args=["-m", "askspeech", "mcp", "--store", arguments.store], env=dict(os.environ)
        )
        async with Client(stdio_client(server)) as client:
            yield client
        return
    token = os.environ.get("ASKSPEECH_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=LONGEST_ANSWER) as http,
        Client(streamable_http_client(arguments.url, http_client=http)) as client,
    ):
        yield client


async def ask(arguments: argparse.Namespace) -> str | None:
    """Ask, and open every citation; gives what went wrong."""
    async with connected(arguments) as client:
        print("Tools 工具:", ", ".join(tool.name for tool in (await client.list_tools()).tools))
        answer = await client.call_tool("ask", {"question": arguments.question})
        if answer.is_error:
            error = answer.structured_content["error"]
            return f"{error['code']}: {error['message']}"
        print(answer.structured_content["text"])
        for citation in answer.structured_content["citations"]:
            (start, _), (_, end) = citation["spans"][0], citation["spans"][-1]
            place = {"source_id": citation["source_id"], "start": start, "end": end}
            opened = (await client.call_tool("read", place)).structured_content
            same = "".join(opened["text"][a - start : b - start] for a, b in citation["spans"]) == citation["quote"]
            where = f"{citation['title']}, {citation['file']}, {citation['locator']['text']}"
            print(f"[{citation['number']}] {where}: {'the very words 原文一致' if same else 'not found 不一致'}")
    return None


def main() -> None:
    parser = argparse.ArgumentParser(description="Ask over MCP. 通过 MCP 提问。")
    parser.add_argument("question")
    parser.add_argument("--url", help="the /mcp of a running server; without it, one is started over stdio")
    parser.add_argument("--store", default="vectordb/store", help="where the index is, over stdio")
    arguments = parser.parse_args()
    try:
        sys.exit(asyncio.run(ask(arguments)))
    except ExceptionGroup as errors:
        sys.exit(f"{arguments.url or 'askspeech mcp'}: {errors.exceptions[0]}. Is it running, does it ask for a token?")


if __name__ == "__main__":
    main()
