#!/usr/bin/env python3
"""Ask over plain HTTP, with nothing but Python: the answer as it comes, then its citations.

    python examples/plain_http.py "市里年初定的五场硬仗是哪五场？"
    python examples/plain_http.py "…" --level 市 --year 2023 --whole
    ASKSPEECH_TOKEN=ask_… python examples/plain_http.py "…" --url https://speeches.example

It asks a running server (`make chat`, `askspeech serve`), whose interface docs/api.md describes.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

LONGEST_ANSWER = 300.0
UNITS = {"page": "页", "paragraph": "段", "line": "行"}


def request(arguments: argparse.Namespace, path: str) -> Request:
    filters = {"level": arguments.level, "year": arguments.year}
    headers = {"Content-Type": "application/json"}
    if token := os.environ.get("ASKSPEECH_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    body = json.dumps({"question": arguments.question, "filters": filters}).encode()
    return Request(f"{arguments.url}/api/v1/{path}", body, headers)


def events(asked: Request) -> Iterator[tuple[str, Any]]:
    """The events of a streamed answer, each with its name."""
    name = ""
    with urlopen(asked, timeout=LONGEST_ANSWER) as response:
        for line in map(bytes.decode, response):
            if line.startswith("event: "):
                name = line.removeprefix("event: ").strip()
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


def streamed(asked: Request) -> Any:
    """The finished answer, whose text is printed as it comes."""
    for name, content in events(asked):
        if name == "text":
            print(content["text"], end="", flush=True)
        elif name == "replaced":
            print(f"\n{content['text']}", end="", flush=True)
        elif name == "error":
            sys.exit(f"\n{content['error']['code']}: {content['error']['message']}")
        elif name == "done":
            print()
            return content
    sys.exit("\nThe connection broke before the answer had come whole. Ask again. 连接中断，请再问一次。")


def whole(asked: Request) -> Any:
    """The finished answer, whose text is printed at once."""
    with urlopen(asked, timeout=LONGEST_ANSWER) as response:
        answer = json.load(response)
    print(answer["text"])
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description="Ask over plain HTTP. 通过 HTTP 提问。")
    parser.add_argument("question")
    parser.add_argument("--url", default="http://127.0.0.1:7860", help="where the server is (default: %(default)s)")
    parser.add_argument("--level", action="append", default=[], help="only speeches of this level, such as 市")
    parser.add_argument("--year", action="append", default=[], help="only speeches of this year")
    parser.add_argument("--whole", action="store_true", help="wait for the whole answer")
    arguments = parser.parse_args()

    print(f"问题：{arguments.question}\n")
    try:
        ask = whole if arguments.whole else streamed
        answer = ask(request(arguments, "ask" if arguments.whole else "ask/stream"))
    except HTTPError as error:
        told = json.load(error)["error"]
        sys.exit(f"{told['code']}: {told['message']}")
    except URLError as error:
        sys.exit(f"{arguments.url}: {error.reason}. Is the server running? 服务器开了吗？")
    for notice in answer["notices"]:
        print(notice)
    print("\n出处：")
    for citation in answer["citations"]:
        place = citation["locator"]
        where = f"{citation['file']}，第{place['first']}{UNITS[place['unit']]}"
        print(f"[{citation['number']}] {citation['speech_title']}（{where}）：“{citation['quote']}”")


if __name__ == "__main__":
    main()
