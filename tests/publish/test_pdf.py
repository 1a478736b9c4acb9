"""What is asked before a browser prints a page, and what is done after."""

import re

import pytest

from lagesbild.errors import PublishError, UsageError
from lagesbild.period import Period
from lagesbild.publish import page, pdf
from tests.publish.test_page import make_frame

BODY = page.Markup(
    '<div class="top"><h1>Läget</h1></div><p><a href="03_omrade.html">Områden</a> '
    '<a href="#x" id="x">här</a> <a href="https://www.digg.se/">Digg</a></p>'
    "<details><summary>Mer</summary><p>Inuti</p></details>"
)


@pytest.fixture
def sheet(tmp_path):
    """A page of ours, and nothing beside it."""
    file = tmp_path / "sidor" / "02.html"
    file.parent.mkdir()
    html = page.render(BODY, make_frame(), file="02.html", title="Läge")
    file.write_text(html, encoding="utf-8")
    return file


@pytest.fixture
def no_browser(monkeypatch):
    monkeypatch.setattr(pdf, "find_browser", lambda: None)


def test_without_a_browser_it_is_said_what_to_install(sheet, no_browser, tmp_path):
    with pytest.raises(PublishError, match=r"Installera Chromium.*Edge.*Skriv ut"):
        pdf.make_pdf(sheet, tmp_path / "ut.pdf")
    assert not (tmp_path / "ut.pdf").exists()


@pytest.mark.parametrize("content", [b"<h1>Hej</h1>", b"\xff\xfe\x00"])
def test_another_file_than_a_page_is_refused(tmp_path, no_browser, content):
    file = tmp_path / "annan.html"
    file.write_bytes(content)
    with pytest.raises(UsageError, match=r"annan\.html.*ingen sida"):
        pdf.make_pdf(file)


def test_no_pdf_is_laid_among_the_pages(sheet, no_browser):
    (sheet.parent / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="sidornas egen mapp"):
        pdf.make_pdf(sheet, sheet.with_suffix(".pdf"))


def test_a_browser_that_makes_no_pdf_is_told_of(sheet, tmp_path, monkeypatch):
    browser = tmp_path / "stum"
    browser.write_text("#!/bin/sh\nexit 0\n", encoding="utf-8")
    browser.chmod(0o700)
    monkeypatch.setattr(pdf, "find_browser", lambda: str(browser))
    with pytest.raises(PublishError, match="Webbläsaren stum"):
        pdf.make_pdf(sheet, tmp_path / "ut.pdf")


def test_a_browser_may_be_named(tmp_path, monkeypatch):
    browser = tmp_path / "min-edge.exe"
    browser.write_text("", encoding="utf-8")
    browser.chmod(0o700)
    monkeypatch.setenv(pdf.BROWSER, str(browser))
    assert pdf.find_browser() == str(browser)
    monkeypatch.setenv(pdf.BROWSER, str(tmp_path / "finns-inte"))
    assert pdf.find_browser() is None


def test_what_is_printed_is_open_runs_nothing_and_leads_to_no_file(sheet):
    ready = pdf._ready(sheet.read_text("utf-8"))
    assert "<details open><summary>" in ready
    assert "<script" not in ready
    links = re.findall(r'href="([^"]*)"', ready)
    assert {"#x", "https://www.digg.se/"} <= set(links)
    assert not [link for link in links if ".html" in link]
    assert "<a>Områden</a>" in ready
    assert pdf._ready(ready) == ready


@pytest.mark.parametrize("zone", ["+00'00'", "+02'00'", "Z", ""])
def test_the_date_is_the_cycles_last_day_and_moves_no_byte(zone):
    found = f"<</CreationDate (D:20261127120000{zone})\n/ModDate (D:20261127120001)>>"
    dated = pdf._date(found.encode(), Period("2026-K3")).decode()
    assert len(dated) == len(found)
    assert dated.count("D:20260930000000") == 2
    assert "20261127" not in dated
