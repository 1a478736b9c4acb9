"""The last gate: what must not leave the house is refused, a sound page is not."""

from dataclasses import replace

import pytest
from markupsafe import Markup

from lagesbild.errors import PublishError
from lagesbild.geocode.alias_file import write_template
from lagesbild.present import leaflet_files
from lagesbild.publish import gate, page
from lagesbild.workspace import open_workspace
from tests.present import invented
from tests.publish.test_page import make_frame
from tests.tiny_town import write

SETTINGS = """
[municipality]
code = "9999"
name = "Exempelkommun"
county = "Exempellän"
[contact]
function = "Samordningsfunktionen"
email = "samordning@exempelkommun.example"
phone = "070-174 06 99"
[help]
phones = ["112", "114 14"]
emails = ["hjalp@exempelkommun.example"]
[[help.lines]]
name = "Påhittade jouren"
phone = "08-465 004 01"
[sources.polisen]
name = "Anmälda brott"
organisation = "Exempelpolisen"
kind = "police"
layouts = []
[sources.polisen.governance]
purpose = "ett ändamål som bara är vårt"
legal_basis = "påhittad"
controller = "Exempelnämnden"
retention_raw_months = 3
retention_place_months = 24
retention_row_months = 60
decision_number = "EX-PÅHITTAT 2026:7"
impact_assessment_on = 2026-01-31
"""


@pytest.fixture
def ws(tmp_path):
    write(tmp_path / "kommun.toml", [SETTINGS])
    write(
        tmp_path / "register" / "kontakter.csv",
        ["namn,roll", "Testina Testsson,ordförande", "Ängsbo Alby,x"],
    )
    write(
        tmp_path / "register" / "laften.csv",
        [
            "kommentar;mottagare",
            "Det här sägs bara inom gruppen.;intern",
            "Det här får rådet också läsa.;intern, radet",
        ],
    )
    return open_workspace(tmp_path)


@pytest.fixture
def check(ws, tmp_path):
    """Put a body in a page of an audience and hold it to the gate."""

    def checked(body, audience="offentlig", *, change=None, file="sida.html"):
        html = page.render(
            Markup("<h1>Läget</h1>") + Markup(body),
            make_frame(contact=CONTACT),
            file="sida.html",
            title="Läget",
        )
        folder = tmp_path / "sidor" / audience
        folder.mkdir(parents=True, exist_ok=True)
        html = html if change is None else change(html)
        (folder / file).write_text(html, encoding="utf-8", newline="\n")
        found = invented.make_publication(audience="offentlig")
        gate.check_publication(folder, replace(found, audience=audience), ws)

    return checked


CONTACT = {
    "function": "Samordningsfunktionen",
    "email": "samordning@exempelkommun.example",
}
TABLE = '<table><caption>A</caption><tr><th scope="row">Ängsbo</th>{}</tr></table>'
SOUND = [
    "<p>Samordningsfunktionen, 070-174 06 99. Ring 112 eller 114 14.</p>",
    "<p>hjalp@exempelkommun.example</p>",
    "<p>1\u00a0498 anmälda brott, 37,5 per 1\u00a0000 invånare, 12 345 invånare.</p>",
    "<p>Ängsbo</p>",
    "<p>14\u00a0091 (14\u00a0068\u201314\u00a0113)</p>",
    '<p><a href="tel:0846500401">08-465 004 01</a></p>',
    # what the publication was released with, though settings say another now
    '<p><a href="tel:0846500404">08-465 004 04</a></p>',
    TABLE.format('<td data-v="5">5</td><td class="hid">visas inte</td><td>0</td>'),
    '<svg viewBox="0 -64 560 400"><path d="M10 20L30.5 40Z"/></svg>',
    "<p>Fastställd den 6 maj 2026 av kommunen (påhittad chef)</p>",
    "<p>2026-K3 mot 2025-K3, 2021–2026. Uppgifter till och med 12 oktober 2026.</p>",
]


def test_leaflet_is_known_by_its_own_bytes_and_only_them(check):
    body = "<figure data-pan><p>Ängsbo</p></figure>"
    check(body)
    for change in (
        lambda html: html.replace("Leaflet 1.9.4", "Leaflet 1.9.5"),
        lambda html: html.replace("var doc = document, CLOSER", "var antal=3, CLOSER"),
    ):
        with pytest.raises(PublishError, match="ett okänt skript"):
            check(body, change=change)
    with pytest.raises(PublishError, match="en okänd stil"):
        check(body, change=lambda html: html.replace(".leaflet-pane", ".pane-3", 1))


def test_leaflet_of_other_bytes_is_refused_before_a_page_is_made(monkeypatch):
    monkeypatch.setitem(leaflet_files._SHA256, "leaflet.js", "0" * 64)
    leaflet_files._read.cache_clear()
    with pytest.raises(PublishError, match="granskad"):
        leaflet_files.script()
    leaflet_files._read.cache_clear()


@pytest.mark.parametrize("body", SOUND)
def test_what_belongs_on_a_page_passes(check, body):
    check(body)


# invented data: series that are kept free for fiction and tests
REFUSED = {
    "personnummer": [
        "<p>Född 440412-9816</p>",
        '<p title="19440412-9816">Klaga</p>',
    ],
    "ett telefonnummer": [
        "<p>Ring 070-174 06 05</p>",
        "<p>Ring 070-<b>174</b> 06 05</p>",
        "<p>Ring 070-174 06 999</p>",
        '<a href="#innehall" aria-label="0701740605">Ring</a>',
        "<svg><text>070-174 06 05</text></svg>",
        "<p>14 068-14 113</p>",
        "<p>070\u00a0174\u2013060\u00a0500</p>",
        "<svg><title>070-174 06 05</title></svg>",
    ],
    "en e-postadress": [
        "<p>testina@post.example</p>",
        "<p>xsamordning@exempelkommun.example</p>",
        "<p>samordning@exempelkommun.example.se</p>",
        '<a href="mailto:annan@exempelkommun.example">Skriv</a>',
    ],
    "koordinater": [
        "<p>57.12345, 12.98765</p>",
        '<p data-x="57,1234">Här</p>',
        "<p>E 600123 N 6701234</p>",
        '<svg><path d="M600123 670123L1 2"/></svg>',
    ],
    "ett namn ur registren": ["<p>Ordförande är testina  Testsson.</p>"],
    "text som inte är märkt för mottagaren": [
        "<p>Obs! Det här sägs bara inom gruppen.</p>",
        "<p>Det här får rådet också läsa.</p>",
        "<p>ett ändamål som bara är vårt</p>",
        '<p title="EX-PÅHITTAT 2026:7">Beslut</p>',
    ],
    "en kommentar i källan": ["<!-- att göra -->"],
    "ett okänt skript": [
        "<script>var siffror = [1, 2, 3];</script>",
        '<script type="application/json">{"antal": 3}</script>',
    ],
    "en okänd stil": ["<style>.x{content:'3'}</style>"],
    "något annat än en teckning i en teckning": ['<svg><path d="M1 2 Testina"/></svg>'],
    "ett litet antal": [
        TABLE.format("<td>3</td>"),
        '<p data-v="4">få</p>',
    ],
    "ett tal i en dold cell": ['<p class="n hid" data-v="17">visas inte</p>'],
    "okänd metadata": ['<meta name="author" content="x">'],
}


@pytest.mark.parametrize(
    ("kind", "body"), [(kind, body) for kind in REFUSED for body in REFUSED[kind]]
)
def test_what_must_not_leave_the_house_is_refused_by_kind_not_value(check, kind, body):
    with pytest.raises(PublishError) as error:
        check(body)
    told = str(error.value)
    assert f"offentlig/sida.html innehåller {kind}." in told
    for value in ("Testina", "174", "post.example", "6701234", "gruppen", "9816"):
        assert value not in told


def test_the_analysts_comments_under_the_template_are_read_too(check, ws):
    """Lines that begin with "#" come before the headings of that register."""
    write_template(ws.registers)
    file = ws.registers / "platser_alias.csv"
    with file.open("a", encoding="utf-8") as register:
        register.write("röda ladan;;Kvarngatan 4;Väktarna kallar den så sedan i fjol\n")
    with pytest.raises(PublishError, match="text som inte är märkt"):
        check("<p>Väktarna kallar den så sedan i fjol.</p>")
    check("<p>Lugnt</p>", "radet")


def test_text_marked_for_the_audience_passes_to_it_alone(check):
    check("<p>Det här får rådet också läsa.</p>", "radet")


def test_small_numbers_are_the_internal_audiences_to_see(check):
    check(TABLE.format("<td>3</td>"), "intern")


@pytest.mark.parametrize(
    "change",
    [
        lambda html: html.replace('content="Gemensam', 'content="070-174 06 05'),
        lambda html: html.replace("<title>", "<title>070-174 06 05 "),
        lambda html: html.replace('content:"Exempel', 'content:"070-174 06 05'),
    ],
)
def test_metadata_title_and_the_foot_of_the_paper_are_read_too(check, change):
    with pytest.raises(PublishError, match="telefonnummer"):
        check("<p>Lugnt</p>", change=change)


def test_the_manifest_is_read_too(check):
    with pytest.raises(
        PublishError, match=r"manifest\.json innehåller en e-postadress"
    ):
        check("", change=lambda _: '{"x": "a@b.example"}', file="manifest.json")
