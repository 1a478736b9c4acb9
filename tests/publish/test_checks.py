"""Each rule has a page that breaks it and is refused; the sound page passes."""

import pytest

from lagesbild.errors import PublishError
from lagesbild.publish.checks import check_folder, check_page

SOUND = (
    '<h1>Läget</h1><section aria-labelledby="s1"><h2 id="s1">Var</h2>'
    '<a href="#s1">Hit</a><table><caption>Antal</caption><tr><th scope="col">Typ</th>'
    "</tr></table></section>"
)
BROKEN = {
    "inte precis en huvudrubrik": [
        SOUND.replace("h1", "h2"),
        SOUND + "<h1>En till</h1>",
    ],
    "en överhoppad rubriknivå": [SOUND.replace("h2", "h3")],
    "samma id 's1' två gånger": [SOUND + '<p id="s1">Igen</p>'],
    "inte leder någonstans": [
        SOUND + '<a href="#borta">Hit</a>',
        SOUND + '<p aria-labelledby="borta">Hit</p>',
    ],
    "en tabell utan rubrik": [SOUND.replace("<caption>Antal</caption>", "")],
    "en tabellrubrik utan scope": [SOUND.replace(' scope="col"', "")],
    "sidans regler förbjuder": [
        SOUND + '<img alt="" src="karta.png">',
        SOUND + '<script src="x.js"></script>',
        SOUND + '<p style="color:red">Rött</p>',
        SOUND + '<iframe title="x"></iframe>',
        SOUND + '<link rel="stylesheet" href="https://example.com/x.css">',
        SOUND + '<form action="https://example.com"></form>',
    ],
    "skript i ett attribut": [SOUND + '<p onclick="x()">Tryck</p>'],
    "ett felmeddelande": [SOUND + "<pre>Traceback (most recent call last)</pre>"],
    "en sökväg på datorn": [
        SOUND + "<p>/home/analytiker/fil.csv</p>",
        SOUND + r"<p>C:\Users\analytiker</p>",
    ],
    "ett tecken som inte kunde läsas": [SOUND + "<p>sk\ufffdl</p>"],
}


def test_a_sound_page_passes():
    check_page(SOUND, where="sida.html")


@pytest.mark.parametrize(
    ("rule", "html"), [(rule, html) for rule in BROKEN for html in BROKEN[rule]]
)
def test_a_page_that_breaks_a_rule_is_refused(rule, html):
    with pytest.raises(PublishError, match="skrevs inte") as error:
        check_page(html, where="sida.html")
    assert rule in str(error.value)


@pytest.fixture
def pages(tmp_path):
    """Two pages, one of which links to the other."""
    folder = tmp_path / "sidor" / "offentlig"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text('<a href="02.html#s1">Läs</a>', encoding="utf-8")
    (folder / "02.html").write_text("<p>Läget</p>", encoding="utf-8")
    (folder / "manifest.json").write_text("{}", encoding="utf-8")
    return folder


def _check(pages):
    check_folder(pages.parent, private=pages.parent.parent / "arbetsyta")


def test_sound_pages_pass(pages):
    _check(pages)


def test_a_file_that_is_no_page_is_refused(pages):
    (pages / "rader.csv").write_text("a;b", encoding="utf-8")
    with pytest.raises(PublishError, match=r"okänd fil, rader\.csv"):
        _check(pages)


def test_a_page_that_tells_where_the_workspace_is_is_refused(pages):
    where = pages.parent.parent / "arbetsyta" / "lager"
    (pages / "02.html").write_text(f"<p>{where}</p>", encoding="utf-8")
    with pytest.raises(PublishError, match="var arbetsytan ligger"):
        _check(pages)


def test_a_link_to_a_page_that_was_not_made_is_refused(pages):
    (pages / "02.html").unlink()
    with pytest.raises(PublishError, match=r"länkar till 02\.html"):
        _check(pages)
