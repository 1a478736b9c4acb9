"""Leaflet as it lies on disk in a pinned package: its script and its style.

In: nothing. Out: two texts whose hashes are known. Used by ``leaflet`` for JupyterLab
and by ``publish`` for pages, where the last gate knows them again.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from lagesbild.errors import PublishError

_SHA256 = {
    "leaflet.js": "db49d009c841f5ca34a888c96511ae936fd9f5533e90d8b2c4d57596f4e5641a",
    "leaflet.css": "a7837102824184820dfa198d1ebcd109ff6d0ff9a2672a074b9a1b4d147d04c6",
}
"""Leaflet 1.9.4, the same bytes as its makers' own."""


def script() -> str:
    """Leaflet's script, without the line that makes a browser look for its source."""
    return _read("leaflet.js").partition("\n//# sourceMappingURL=")[0]


def style() -> str:
    """Leaflet's style."""
    return _read("leaflet.css")


@cache
def _read(name: str) -> str:
    """The file's text.

    Raises
    ------
    PublishError
        If it is not the file that was looked through: pages would carry unknown code.
    """
    file = files("js_lib_leaflet") / "static" / "js_lib_leaflet" / name
    held = file.read_bytes()
    if hashlib.sha256(held).hexdigest() != _SHA256[name]:
        raise PublishError(
            f"{name} är inte den granskade versionen av Leaflet (1.9.4). Installera om "
            "paketen: pip install -r requirements.txt."
        )
    # a browser reads line ends as \n, and hashes what it has read
    return held.decode("utf-8").replace("\r\n", "\n")
