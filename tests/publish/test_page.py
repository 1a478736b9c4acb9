"""A page holds fragments of present and typed words, and nothing else a cell shows."""

import base64
import hashlib
import re

import pytest
from markupsafe import Markup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from lagesbild.errors import PublishError
from lagesbild.present.display import ID, PAGE_MIME
from lagesbild.publish import page

HEADING = '<div class="top"><h1>Läget</h1></div>'


def make_frame(**changes):
    told = {
        "municipality": "Exempelkommun",
        "is_invented": True,
        "audience": "offentlig",
        "cycle": "2026-K3",
        "period_name": "juli–september 2026",
        "status": "Utkast",
        "mark": "",
        "contact": {"function": "Samordningen", "email": "a@exempelkommun.example"},
        "navigation": (page.Link("index.html", "Start"), page.Link("02.html", "Läge")),
    }
    return page.Frame(**told | changes)


def _cell(*fragments, mime=PAGE_MIME):
    cell = new_code_cell("hemlig_kod()")
    cell.outputs = [
        new_output("execute_result", {mime: fragment, "text/plain": "x"})
        for fragment in fragments
    ]
    return cell


def _words(text, *tags):
    cell = new_markdown_cell(text)
    cell.metadata["tags"] = list(tags)
    return cell


def _render(*cells, **changes):
    notebook = new_notebook(cells=[_cell(HEADING), *cells])
    return page.render_notebook(
        notebook, make_frame(**changes), file="02.html", title="Läget"
    )


def test_the_policy_lets_in_the_pages_own_style_and_script_alone():
    html = _render()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    policy = policy.replace("&#39;", "'")
    for tag in ("style", "script"):
        within = re.findall(rf"<{tag}>(.*?)</{tag}>", html, re.DOTALL)
        assert len(within) == 1
        digest = hashlib.sha256(within[0].encode()).digest()
        told = base64.b64encode(digest).decode()
        assert f"{tag}-src 'sha256-{told}'" in policy
    assert policy.startswith("default-src 'none';")
    assert "unsafe" not in policy


MAP = HEADING.replace("</div>", "") + "<figure data-pan></figure></div>"


def test_a_map_that_pans_brings_leaflet_with_it_and_nothing_else_does():
    plain, panning = (
        page.render(Markup(body), make_frame(), file="02.html", title="Läget")
        for body in (HEADING, MAP)
    )
    assert "Leaflet" not in plain
    assert panning.count("Leaflet 1.9.4") == 1
    assert "sourceMappingURL" not in panning
    own = page.render(
        Markup(MAP), make_frame(), file="02.html", title="Läget", has_script=False
    )
    assert "Leaflet" not in own
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', panning)[1]
    policy = policy.replace("&#39;", "'")
    assert "unsafe" not in policy
    for tag, n in (("style", 3), ("script", 3)):
        within = re.findall(rf"<{tag}>(.*?)</{tag}>", panning, re.DOTALL)
        assert len(within) == n
        for text in within:
            digest = hashlib.sha256(text.encode("utf-8")).digest()
            assert f"'sha256-{base64.b64encode(digest).decode()}'" in policy


def test_the_page_is_swedish_and_says_where_one_is():
    html = _render()
    assert '<html lang="sv">' in html
    assert '<a href="02.html" aria-current="page">Läge</a>' in html
    assert html.count('aria-current="page"') == 1
    assert "Påhittade siffror" in html
    assert "Påhittade siffror" not in _render(is_invented=False)


def test_a_function_answers_by_mail_and_by_telephone_if_it_has_one():
    contact = make_frame().contact
    assert "Samordningen, <a " in _render()
    assert "telefon" not in _render()
    html = _render(contact=contact | {"phone": "0123-45 67 89"})
    assert "</a>, telefon 0123-45 67 89</p>" in html


def test_title_and_description_tell_which_page_it_is():
    told = [
        page.render(page.Markup(HEADING), make_frame(), file="02.html", title=title)
        for title in ("Ängby", "Viken")
    ]
    for name, html in zip(("Ängby", "Viken"), told, strict=True):
        described = re.search(r'name="description" content="([^"]*)"', html)[1]
        assert described.endswith(f"Exempelkommun, juli–september 2026: {name}.")
        titled = f"{name} juli–september 2026 – Exempelkommun (påhittade siffror)"
        assert re.search(r"<title>([^<]*)<", html)[1] == titled


def test_the_way_out_is_the_first_link_of_a_page_that_has_one():
    notebook = new_notebook(cells=[_cell(HEADING)])
    told = [
        page.render_notebook(
            notebook, make_frame(), file="05.html", title="Sida 05", has_exit=has_exit
        )
        for has_exit in (False, True)
    ]
    first = [re.findall(r"<a [^>]*>([^<]*)", html)[0] for html in told]
    assert first == ["Hoppa till innehållet", "Lämna sidan"]
    assert '<a class="leave" href="about:blank">' in told[1]


def test_code_is_never_shown():
    assert "hemlig_kod" not in _render(_cell("<p>Hej</p>"))


def test_words_for_who_runs_the_notebook_stay_in_the_notebook():
    html = _render(_words("Kör alla celler", page.ONLY_IN_LAB), _words("Läs detta"))
    assert "Kör alla celler" not in html
    assert "Läs detta" in html


def test_html_in_words_is_text():
    html = _render(_words("Se <script>x()</script> här"))
    assert "<script>x()" not in html
    assert "&lt;script&gt;x()" in html


def test_a_heading_opens_a_section_and_the_next_closes_it():
    html = _render(_words("## Var"), _cell("<p>a</p>"), _words("## När"))
    assert html.count("<section") == html.count("</section>") == 2
    assert html.index("<p>a</p>") < html.index("</section>")


def test_the_same_fragment_twice_has_ids_of_its_own():
    fragment = f'<p id="{ID}a">a</p><p aria-labelledby="{ID}a">b</p>'
    html = _render(_cell(fragment), _cell(fragment, fragment))
    assert len(set(re.findall(r'id="(c\d-\d-a)"', html))) == 3


@pytest.mark.parametrize(
    "output",
    [
        new_output("stream", name="stdout", text="rad ur leveransen"),
        new_output("stream", name="stderr", text="varning"),
        new_output("display_data", {"text/html": "<table></table>"}),
        new_output("execute_result", {"text/plain": "en tabell"}),
        new_output("error", ename="KeyError", evalue="x", traceback=["x"]),
    ],
)
def test_anything_else_a_cell_shows_stops_the_run(output):
    cell = new_code_cell("x")
    cell.outputs = [output]
    with pytest.raises(PublishError, match="cell 2 visar något"):
        _render(cell)


def test_a_page_without_a_heading_is_refused():
    with pytest.raises(PublishError, match="huvudrubrik"):
        page.render(Markup("<p>x</p>"), make_frame(), file="02.html", title="x")


def test_what_the_settings_say_cannot_break_out_of_the_page():
    html = _render(municipality='Ort"</style><script>x()</script>')
    assert "<script>x()" not in html
    assert html.count("</style>") == 1
