"""Paper for who reads on a screen: tags, language, outline, numbers, all unfolded."""

import re

import pytest

from lagesbild.publish import meeting, pdf

pytestmark = pytest.mark.web
PAGES = ("02_lagesbild.html", "tillganglighet.html", meeting.FILE)
INTERNAL = "01_datakvalitet.html"


@pytest.fixture(scope="module")
def printed(browser, folder, tmp_path_factory):
    """Each page printed once; the browser of the other tests says there is one."""
    root = tmp_path_factory.mktemp("papper")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(pdf.BROWSER, browser.file)
        return {
            name: pdf.make_pdf(folder / name, root / f"{name}.pdf")
            for name in (*PAGES, INTERNAL)
        }


def _read(file):
    from pypdf import PdfReader

    return PdfReader(file)


def _titles(outline):
    for part in outline:
        if isinstance(part, list):
            yield from _titles(part)
        else:
            yield part.title


def _plain(html):
    text = re.sub(r"<[^>]*>", " ", html).replace("&shy;", "").replace("\u00ad", "")
    return re.sub(r"\W+", "", text)


@pytest.mark.parametrize("name", PAGES)
def test_a_pdf_is_tagged_in_swedish_with_outline_and_page_numbers(
    printed, folder, name
):
    paper = _read(printed[name])
    root = paper.trailer["/Root"]
    assert root["/Lang"] == "sv"
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    html = (folder / name).read_text("utf-8")
    wanted = [_plain(h) for h in re.findall(r"<h[12][ >].*?</h[12]>", html, re.DOTALL)]
    told = {_plain(title) for title in _titles(paper.outline)}
    assert len(wanted) >= 4
    assert set(wanted) <= told
    n_pages = len(paper.pages)
    for number, sheet in enumerate(paper.pages, start=1):
        text = sheet.extract_text()
        assert f"Sida {number} av {n_pages}" in text
        assert "Lägesbild 2026-K3 · Utkast · påhittade siffror" in text
    assert paper.metadata["/CreationDate"].startswith("D:20260930000000")
    assert b"file:" not in printed[name].read_bytes()


def test_every_sheet_of_an_internal_page_says_so(printed):
    for sheet in _read(printed[INTERNAL]).pages:
        foot = "påhittade siffror · Internt – kan innehålla personuppgifter"
        assert foot in sheet.extract_text()


def test_what_is_folded_on_screen_is_told_on_paper(printed, folder):
    html = (folder / "02_lagesbild.html").read_text("utf-8")
    text = _plain(" ".join(p.extract_text() for p in _read(printed[PAGES[0]]).pages))
    folded = re.findall(r"<details[^>]*>(.*?)</details>", html, re.DOTALL)
    assert len(folded) >= 3
    for inner in folded:
        inside = inner.split("</summary>")[1]
        words = re.findall(r">([^<>]{3,})<", inside)
        gone = [word for word in words if _plain(word) not in text]
        assert gone == []


def test_a_table_of_words_keeps_its_heads_on_paper(printed):
    # a sheet is as narrow as a small screen, where each cell tells its heading
    text = "".join(p.extract_text() for p in _read(printed["02_lagesbild.html"]).pages)
    assert "Organisation" in text
    assert "Organisation:" not in text


def test_the_same_page_gives_the_same_bytes(printed, folder, browser, monkeypatch):
    monkeypatch.setenv(pdf.BROWSER, browser.file)
    again = pdf.make_pdf(folder / PAGES[1], printed[PAGES[1]].with_name("igen.pdf"))
    assert again.read_bytes() == printed[PAGES[1]].read_bytes()
