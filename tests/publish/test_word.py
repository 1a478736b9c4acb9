"""A document has real headings, lists and table heads, and the words of the pages."""

import shutil
import subprocess

import docx
import pytest
from docx.oxml.ns import qn

from lagesbild.errors import PublishError
from lagesbild.publish.word import read_words, write_document

PAGE = """<div class="top"><p class="kick">Läge</p><h1>Rådet</h1><div class="facts">
<span class="chip">Utkast</span></div></div><section aria-labelledby="a"><h2
id="a">Läget</h2><ul class="brief"><li><span class="dir up"><span aria-hidden="true">▲
</span>Fler</span><span>Inbrotten: <b>61 anmälda</b>.</span></li></ul><ol><li>Byt
lampor.<p class="small">Det är mörkt.</p></li></ol><div class="scroll"><table><caption>
<span id="t">Planen</span><small>Till idag.</small></caption><thead><tr><th
scope="col">Vad</th><th scope="col">När</th></tr></thead><tbody><tr><th
scope="row">Lampor</th><td>1 maj</td></tr></tbody></table></div><dl><dt>Mål</dt><dd>
Ljus.</dd><dt>Tid</dt><dd>I år.</dd></dl></section>"""


@pytest.fixture
def made(tmp_path):
    file = write_document([PAGE, ""], tmp_path / "rad.docx", title="Dagordning")
    return docx.Document(str(file))


def test_the_words_stand_in_order_under_real_headings_and_lists(made):
    told = [(p.style.name, p.text) for p in made.paragraphs if p.text]
    assert told == [
        ("Normal", "Läge"),
        ("Heading 1", "Rådet"),
        ("Normal", "Utkast"),
        ("Heading 2", "Läget"),
        ("List Bullet", "Fler: Inbrotten: 61 anmälda."),
        ("List Number", "Byt lampor. Det är mörkt."),
        ("Caption", "Planen. Till idag."),
        ("Normal", "Mål: Ljus."),
        ("Normal", "Tid: I år."),
    ]
    bold = [r.text for p in made.paragraphs for r in p.runs if r.bold]
    assert bold == ["Fler", ": ", "61 anmälda", *("Mål", ": ", "Tid", ": ")]


def test_a_table_has_a_head_that_is_told_to_who_listens(made):
    (table,) = made.tables
    assert [[c.text for c in row.cells] for row in table.rows] == [
        ["Vad", "När"],
        ["Lampor", "1 maj"],
    ]
    heads = [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows]
    assert heads == [True, False]


def test_it_is_in_swedish_and_names_no_person_and_no_clock(made, tmp_path):
    told = made.core_properties
    assert (told.title, told.language) == ("Dagordning", "sv-SE")
    assert told.author == told.last_modified_by == "Lägesbild"
    language = made.styles["Normal"].element.rPr.find(qn("w:lang"))
    assert language.get(qn("w:val")) == "sv-SE"
    again = write_document([PAGE], tmp_path / "en_till.docx", title="Dagordning")
    assert again.read_bytes() == (tmp_path / "rad.docx").read_bytes()


def test_all_its_words_can_be_read_back(made, tmp_path):
    words, cells = read_words(tmp_path / "rad.docx")
    assert {"Dagordning", "Lampor", "Planen. Till idag."} <= set(words)
    assert cells == ["Vad", "När", "Lampor", "1 maj"]


def test_what_it_cannot_write_it_never_leaves_out(tmp_path):
    with pytest.raises(PublishError, match="<canvas> är okänt"):
        write_document(["<canvas></canvas>"], tmp_path / "x.docx", title="x")
    assert not (tmp_path / "x.docx").exists()


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("soffice") is None, reason="LibreOffice (soffice) finns inte här"
)
def test_libreoffice_opens_it(made, tmp_path):
    home = f"-env:UserInstallation=file://{tmp_path / 'hem'}"
    subprocess.run(
        ["soffice", home, "--headless", "--convert-to", "pdf", "rad.docx"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=300,
    )
    assert (tmp_path / "rad.pdf").read_bytes().startswith(b"%PDF")
