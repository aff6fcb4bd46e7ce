"""The stream of a page's events, in a real browser: its end late, lost, or come before the page knew of an event."""

from typing import Any

import pytest
from tests import fakes
from tests.browser import DESKTOP, ask, has_asked, marks, playwright_api, serving_fakes, watched

pytestmark = marks

LATE_END = """
const fetched = window.fetch.bind(window);
window.lateEnds = 0;
window.fetch = async (...asked) => {
  const answer = await fetched(...asked);
  const address = asked[0] instanceof Request ? asked[0].url : String(asked[0]);
  if (!address.includes("/queue/data")) return answer;
  const late = new TransformStream({
    async transform(piece, stream) {
      if (new TextDecoder().decode(piece).includes('"close_stream"')) {
        window.lateEnds += 1;
        await new Promise((done) => setTimeout(done, 1500));
      }
      stream.enqueue(piece);
    },
  });
  return new Response(answer.body.pipeThrough(late), { status: answer.status, headers: answer.headers });
};
"""
"""What the server says at the end of a stream comes late to the page, as where much else is under way there."""


def test_a_question_asked_as_the_stream_of_earlier_events_ends(browser: playwright_api.Browser) -> None:
    """Gradio takes the stream for open, sends the question, and would close the stream that brings its answer."""
    with (
        serving_fakes() as started,
        watched(browser, started, viewport=DESKTOP, locale="zh-CN") as page,
    ):
        page.add_init_script(LATE_END)
        page.goto(started)
        for number, question in enumerate([fakes.OFFICERS.question, fakes.DEBTS.question, fakes.OFFICERS.question], 1):
            page.wait_for_function("number => window.lateEnds >= number", arg=number)
            ask(page, question)
        has_asked(page, fakes.OFFICERS.question, fakes.DEBTS.question, fakes.OFFICERS.question)


LOST_END = """
const fetched = window.fetch.bind(window);
let underWay = 0;
window.lostEnds = 0;
window.fetch = async (...asked) => {
  const address = asked[0] instanceof Request ? asked[0].url : String(asked[0]);
  if (address.includes("/queue/join")) underWay += 1;
  const answer = await fetched(...asked);
  if (!address.includes("/queue/data")) return answer;
  const cut = new TransformStream({
    async transform(piece, stream) {
      const said = new TextDecoder().decode(piece).split("\\n\\n").filter(Boolean);
      for (const one of said) {
        if (one.includes('"process_completed"')) underWay -= 1;
        if (one.includes('"close_stream"')) await new Promise((done) => setTimeout(done, 500));
        if (!one.includes('"close_stream"') || underWay) {
          stream.enqueue(new TextEncoder().encode(one + "\\n\\n"));
          continue;
        }
        window.lostEnds += 1;
        HOW;
      }
    },
  });
  return new Response(answer.body.pipeThrough(cut), { status: answer.status, headers: answer.headers });
};
"""
"""What the server says at the end of a stream never comes, once nothing is under way: the server went first."""


@pytest.mark.parametrize("how", ["stream.terminate()", 'stream.error(new TypeError("network error"))'])
def test_a_question_asked_after_the_stream_of_earlier_events_was_cut_off(
    browser: playwright_api.Browser, how: str
) -> None:
    """Nothing was under way, so that nothing is lost; but Gradio would take the stream for open for good."""
    with (
        serving_fakes() as started,
        watched(browser, started, viewport=DESKTOP, locale="zh-CN") as page,
    ):
        said = list[str]()
        page.on("console", lambda message: said.append(message.text))
        page.add_init_script(LOST_END.replace("HOW", how))
        page.goto(started)
        for number, question in enumerate([fakes.OFFICERS.question, fakes.DEBTS.question], 1):
            page.wait_for_function("number => window.lostEnds >= number", arg=number)
            while sum("the stream of events broke off" in one for one in said) < number:  # else it broke under this one
                page.wait_for_timeout(50)
            ask(page, question)
        has_asked(page, fakes.OFFICERS.question, fakes.DEBTS.question)


LATE_NUMBERS = """
const cloned = Response.prototype.clone, parsed = Response.prototype.json;
const clones = new WeakSet();
window.sentEvents = window.numberedEvents = 0;
Response.prototype.clone = function () {
  const clone = cloned.call(this);
  clones.add(clone);
  return clone;
};
Response.prototype.json = async function () {
  if (this.url.includes("/queue/join") && !clones.has(this)) {
    window.sentEvents += 1;
    await new Promise((done) => setTimeout(done, 300 * window.sentEvents));
    setTimeout(() => (window.numberedEvents += 1), 300);
  }
  return parsed.call(this);
};
"""
"""Gradio learns of the number of each event later than the server has ended it, and later than of the one before."""


def test_for_events_that_are_over_no_stream_stays_open(browser: playwright_api.Browser) -> None:
    """A browser has six connections to a server for all of its tabs; a stream that waits for nothing takes one."""
    with serving_fakes() as started, watched(browser, started, viewport=DESKTOP, locale="zh-CN") as page:
        open_streams = set[Any]()

        def ends(request: Any) -> None:
            open_streams.discard(request)

        page.on("request", lambda request: open_streams.add(request) if "/queue/data" in request.url else None)
        page.on("requestfinished", ends)
        page.on("requestfailed", ends)
        page.add_init_script(LATE_NUMBERS)
        page.goto(started)
        page.wait_for_function("() => window.sentEvents > 1 && window.numberedEvents === window.sentEvents")
        page.wait_for_timeout(500)
        assert open_streams == set()
        ask(page, fakes.OFFICERS.question)
        has_asked(page, fakes.OFFICERS.question)
