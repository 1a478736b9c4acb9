"""The agenda and the year's report: the pages' own words, through the last gate."""

from dataclasses import replace

import docx
import pytest

from lagesbild.agreement.tables import REGISTERS
from lagesbild.errors import PublishError, ReleaseError, UsageError
from lagesbild.protect.texts import texts_for
from lagesbild.publish import documents
from tests.agreement.frames import make
from tests.present import invented
from tests.tiny_town import write

ROW = {
    "cycle": invented.CYCLE,
    "text": "Påhittad bedömning av läget i hela kommunen.",
    "role": "samordnare",
    "owner": "kommun",
    "visible_for": "offentlig",
}


def publication(audience, cycle=invented.CYCLE):
    made = invented.make_publication(audience=audience)
    texts = {
        key: texts_for(
            make(key, *([ROW | {"cycle": cycle}] if key == "analyses" else [])),
            register,
            audience,
            as_of=made.data_until,
        )
        for key, register in REGISTERS.items()
    }
    return replace(made, texts=texts, cycle=cycle)


@pytest.fixture
def opened(monkeypatch):
    """Publications of an invented town, in the place of kept ones."""
    monkeypatch.setattr(
        documents, "open_publication", lambda _ws, _cycle, name: publication(name)
    )
    monkeypatch.setattr(documents, "open_earlier", lambda _ws, _publication: None)
    monkeypatch.setattr(
        documents, "open_release", lambda _ws, cycle, name: publication(name, cycle)
    )


def words_of(file):
    document = docx.Document(str(file))
    cells = [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_the_agenda_is_the_councils_page_as_a_document(project, tmp_path, opened):
    file = documents.make_agenda(project, invented.CYCLE, tmp_path / "dag.docx")
    told = words_of(file)
    assert "Påhittade siffror" in told
    for heading in ("Strategiska rådet juli", "Beslut som begärs", "Det lagen kräver"):
        assert heading in told
    assert ROW["text"] in told
    assert [f.name for f in tmp_path.glob("*.docx")] == ["dag.docx"]


def test_it_lies_nowhere_among_the_pages_and_ends_as_it_should(project, opened):
    among = project.outputs / invented.CYCLE / "dag.docx"
    with pytest.raises(UsageError, match="bland sidorna"):
        documents.make_agenda(project, invented.CYCLE, among)
    with pytest.raises(UsageError, match=r"\.docx"):
        documents.make_agenda(project, invented.CYCLE, project.root / "dag.pdf")


def test_a_text_that_nobody_has_let_go_stops_the_document(project, tmp_path, opened):
    project.registers.mkdir(exist_ok=True)
    write(
        project.registers / "analys.csv",
        ["kvartal;roll;bedomning", f"2026-K3;samordnare;{ROW['text']}"],
    )
    with pytest.raises(PublishError, match="inte är märkt för mottagaren"):
        documents.make_agenda(project, invented.CYCLE, tmp_path / "dag.docx")
    assert list(tmp_path.glob("*.docx")) == []


def test_the_report_tells_each_released_cycle_of_the_year_and_no_other(
    project, tmp_path, opened, monkeypatch
):
    released = [
        ("2025-K4", "offentlig"),
        ("2026-K2", "offentlig"),
        ("2026-K3", "offentlig"),
        ("2026-K3", "radet"),
    ]
    monkeypatch.setattr(documents, "find_releases", lambda _ws: released)
    told = words_of(documents.make_report(project, 2026, tmp_path / "r.docx"))
    assert "utlämnat till alla: 2026-K2, 2026-K3." in told
    heads = [line for line in told.splitlines() if line.startswith("Läget ")]
    assert heads == ["Läget april–juni 2026", "Läget juli–september 2026"]
    assert "Öppna frågor" in told and "Det lagen kräver" in told


def test_without_a_release_there_is_no_report(project, tmp_path, opened, monkeypatch):
    monkeypatch.setattr(documents, "find_releases", lambda _ws: [("2026-K3", "radet")])
    with pytest.raises(ReleaseError, match="Inget kvartal av 2026"):
        documents.make_report(project, 2026, tmp_path / "r.docx")
    assert list(tmp_path.glob("*.docx")) == []
