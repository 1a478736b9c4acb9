"""Pages of the invented publication in a real browser, Chromium or one of its kin."""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path

import pytest

from lagesbild.publish import meeting
from tests.present import invented, pages, stated

SCREENSHOTS = "LAGESBILD_SCREENSHOTS"


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """All page kinds: the public ones of 28 areas, the council's file and quality."""
    root = tmp_path_factory.mktemp("sidor")
    many = {"n_areas": len(invented.NAMES)}
    town = stated.make_workspace(tmp_path_factory.mktemp("ort"))
    public, _ = stated.publish(town, invented.make_publication(**many))
    made = pages.build(public)
    of_council = pages.build(invented.make_publication(audience="radet", **many))
    made[meeting.FILE] = of_council[meeting.FILE]
    internal = invented.make_publication(threshold=1, audience="intern", **many)
    made["01_datakvalitet.html"] = pages.build(internal)["01_datakvalitet.html"]
    for name, html in made.items():
        (root / name).write_text(html, encoding="utf-8", newline="\n")
    return root


def keep_screenshot(tab, name: str, width: int) -> None:
    """Keep a picture of the whole page, if the environment names a folder for it."""
    where = os.environ.get(SCREENSHOTS)
    if where:
        tab.screenshot(path=Path(where) / f"{name}_{width}.png", full_page=True)


class Watch:
    """What a page asked for and complained of."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.messages: list[str] = []


@pytest.fixture(scope="session")
def visit(browser, folder):
    """Open a page by name, with no network; gives the page and what was seen."""

    @contextmanager
    def opened(name, **context):
        own = browser.new_context(
            **({"viewport": {"width": 1280, "height": 900}} | context)
        )
        tab, watch = own.new_page(), Watch()
        address = (folder / name).as_uri()

        def judge(route):
            if route.request.url == address:
                route.continue_()
            else:
                watch.requests.append(route.request.url)
                route.abort()

        own.route("**/*", judge)
        tab.on("console", lambda message: watch.messages.append(message.text))
        tab.on("pageerror", lambda error: watch.messages.append(str(error)))
        tab.goto(address)
        yield tab, watch
        own.close()

    return opened
