"""What is remembered of open pages: little, of the latest ones."""

import tracemalloc
from datetime import timedelta

import gradio as gr
from gradio.routes import App
from tests import fakes

from askspeech.live_index import Opened
from askspeech.page_sessions import ASKING, MOST_PAGES, SECONDS_CLOSED, asking_events, is_new
from askspeech.server import create_application


def made() -> tuple[App, gr.Blocks]:
    application = create_application(lambda: Opened(fakes.FakeIndex(), fakes.FakeAnswers()))
    found = [route.app for route in application.routes if isinstance(getattr(route, "app", None), App)]
    assert len(found) == 1
    return found[0], found[0].get_blocks()


def test_pages_take_little_room_and_the_oldest_are_forgotten() -> None:
    application, pages = made()
    assert pages.state_holder is application.state_holder
    assert is_new(pages, "page 0") and application.state_holder["page 0"] and not is_new(pages, "page 0")
    tracemalloc.start()
    for number in range(1, 500):
        state = application.state_holder[f"page {number}"]
        assert state.blocks_config.fns.keys() == pages.fns.keys()
    each = tracemalloc.get_traced_memory()[0] / 500
    tracemalloc.stop()
    assert each < 40_000, f"{each:.0f} bytes a page"
    for number in range(500, MOST_PAGES + 10):
        assert application.state_holder[f"page {number}"]
    assert len(application.state_holder.session_data) == MOST_PAGES and is_new(pages, "page 0")


def test_a_page_keeps_its_own_values() -> None:
    application, pages = made()
    state = next(block for block in pages.blocks.values() if isinstance(block, gr.State))
    one, other = application.state_holder["one"], application.state_holder["other"]
    one[state._id] = "changed"
    assert application.state_holder["one"][state._id] == "changed" and other[state._id] != "changed"


def test_a_part_that_is_made_anew_takes_the_place_of_the_old_one() -> None:
    application, _ = made()
    page = application.state_holder["one"]
    place, count = next(iter(page.blocks_config.blocks)), len(page.blocks_config.blocks)
    for _ in range(5):
        new = gr.Dropdown(choices=["县"], render=False)
        page.blocks_config.blocks[new._id] = new  # as Gradio does while it makes one
        page[place] = new
    assert len(page.blocks_config.blocks) == count
    assert page.blocks_config.blocks[place] is new and new._id == place


def test_pages_that_were_closed_are_dropped() -> None:
    application, pages = made()
    holder = application.state_holder
    for name in ("open", "closed", "just closed"):
        assert holder[name] is not None
    holder.session_data["closed"].is_closed = holder.session_data["just closed"].is_closed = True
    holder.time_last_used["closed"] -= timedelta(seconds=SECONDS_CLOSED + 1)
    holder.time_last_used["open"] -= timedelta(hours=5)
    holder.delete_all_expired_state()
    assert [is_new(pages, name) for name in ("open", "closed", "just closed")] == [False, True, False]


def test_the_events_that_ask_are_found() -> None:
    _, pages = made()
    asking = asking_events(pages)
    names = {pages.fns[number].fn.__qualname__ for number in asking}  # type: ignore[union-attr]
    assert names == ASKING and len(asking) >= len(ASKING)
