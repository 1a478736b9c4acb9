"""A page on paper: one finished HTML file → one PDF, by a browser that is installed.

In: a page of ours. Out: a PDF with tags, language, outline and page numbers, every
``<details>`` open. Its dates are the last day of the page's cycle, so that the same
page gives the same bytes. Links to other files are left out: they would tell where on
the computer the page lay.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from lagesbild.errors import PublishError, UsageError
from lagesbild.period import Period

BROWSER = "LAGESBILD_BROWSER"
"""Environment variable that names the browser, if it lies where nobody looks."""
_COMMANDS = ("chromium", "chromium-browser", "google-chrome", "chrome")
_COMMANDS += ("microsoft-edge", "msedge")
_PLACES = (
    "{ProgramFiles(x86)}/Microsoft/Edge/Application/msedge.exe",
    "{ProgramFiles}/Microsoft/Edge/Application/msedge.exe",
    "{ProgramFiles}/Google/Chrome/Application/chrome.exe",
    "{LOCALAPPDATA}/Google/Chrome/Application/chrome.exe",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_NO_BROWSER = (
    "Ingen webbläsare som kan skriva PDF hittades. Installera Chromium, Google Chrome "
    f"eller Microsoft Edge, eller ange sökvägen i {BROWSER}. Du kan också öppna sidan "
    "i din webbläsare och välja Skriv ut."
)
_MOST_SECONDS = 180
_FOOT = re.compile(r'@bottom-left\{content:"[^"]*Lägesbild (\d{4}-K[1-4]) ')
_SCRIPT = re.compile(r"<script\b.*?</script>", re.DOTALL)
_SHUT = re.compile(r"<details(?![^>]*\bopen\b)")
_OTHER_FILE = re.compile(r' href="(?!#|https:|mailto:)[^"]*"')
_DATE = re.compile(rb"(/(?:CreationDate|ModDate) \()D:\d{14}[^)]*(?=\))")
_NEEDED = (b"/StructTreeRoot", b"/Outlines", b"/Lang")


def find_browser() -> str | None:
    """The browser to print with: the one asked for, else one of those installed."""
    if given := os.environ.get(BROWSER):
        return shutil.which(given)
    if found := next(filter(None, map(shutil.which, _COMMANDS)), None):
        return found
    for place in _PLACES:
        file = re.sub(r"\{(.*?)\}", lambda m: os.environ.get(m[1], ""), place)
        if Path(file).is_file():
            return file
    return None


def make_pdf(page: Path, target: Path | None = None) -> Path:
    """Print a page to PDF.

    Parameters
    ----------
    page : Path
        A page that ``run`` or ``release`` has made.
    target : Path, optional
        None is the page's name in the working folder.

    Returns
    -------
    Path
        The PDF.

    Raises
    ------
    UsageError
        If the file is no page of ours, or the PDF would lie among the pages.
    PublishError
        If there is no browser, or it cannot make a PDF that a screen reader can use.
    """
    target = target or Path.cwd() / f"{page.stem}.pdf"
    cycle, html = _read(page)
    if (target.parent / "manifest.json").exists():
        raise UsageError(
            f"'{target.parent}' är sidornas egen mapp. Ange en annan plats för PDF:en: "
            "lagesbild pdf SIDA UTFIL."
        )
    browser = find_browser()
    if browser is None:
        raise PublishError(_NO_BROWSER)
    content = _date(_print(browser, _ready(html)), Period(cycle))
    try:
        target.write_bytes(content)
    except OSError:
        raise PublishError(
            f"'{target}' går inte att skriva. Finns mappen, och är filen stängd i "
            "andra program?"
        ) from None
    return target


def _read(page: Path) -> tuple[str, str]:
    try:
        html = page.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        html = ""
    found = _FOOT.search(html)
    if found is None:
        raise UsageError(
            f"'{page.name}' är ingen sida från Lägesbild. Ange en av HTML-filerna i "
            "outputs/."
        )
    return found[1], html


def _ready(html: str) -> str:
    """The page as it is to be printed: all open, nothing that runs or leads away."""
    html = _SHUT.sub("<details open", _SCRIPT.sub("", html))
    return _OTHER_FILE.sub("", html)


def _print(browser: str, html: str) -> bytes:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        page, made = Path(folder) / "sida.html", Path(folder) / "sida.pdf"
        page.write_text(html, encoding="utf-8", newline="\n")
        told = [
            browser,
            "--headless=new",
            "--disable-gpu",
            "--disable-extensions",
            "--disable-background-networking",
            "--no-first-run",
            "--lang=sv",
            f"--user-data-dir={Path(folder) / 'profil'}",
            "--no-pdf-header-footer",
            "--export-tagged-pdf",
            "--generate-pdf-document-outline",
            f"--print-to-pdf={made}",
        ]
        if os.name == "posix" and os.geteuid() == 0:
            told.append("--no-sandbox")  # the browser refuses to run as root with it
        try:
            subprocess.run(
                [*told, page.as_uri()],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=_MOST_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            raise PublishError(
                f"Webbläsaren {Path(browser).name} svarade inte. Stäng den om den är "
                "öppen och kör igen."
            ) from None
        content = made.read_bytes() if made.is_file() else b""
    if not content.startswith(b"%PDF") or not all(m in content for m in _NEEDED):
        raise PublishError(
            f"Webbläsaren {Path(browser).name} kunde inte göra en PDF som går att läsa "
            "med skärmläsare. Uppdatera den, eller ange en annan i "
            f"{BROWSER}."
        )
    return content


def _date(content: bytes, cycle: Period) -> bytes:
    """Set the dates to the cycle's last day; nothing else moves, byte for byte."""
    day = f"D:{cycle.end:%Y%m%d}000000+00'00'".encode()

    def dated(found: re.Match[bytes]) -> bytes:
        n_bytes = len(found[0]) - len(found[1])
        return found[1] + day[:n_bytes].ljust(n_bytes)

    return _DATE.sub(dated, content)
