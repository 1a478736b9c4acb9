"""What lies beside the notebooks' pages in an audience's folder.

In: a publication and its folder. Out: the files that no notebook makes. Each is one
entry of ``_WRITERS``: what is added there is made for every audience, read by the last
gate and named in the manifest, as the sheets of ``open_data`` are.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

from lagesbild.publish import (
    index,
    meeting,
    open_data,
    page,
    processing,
    since,
    statement,
    wheel,
)
from lagesbild.publish.products import has_deliveries, in_publication

if TYPE_CHECKING:
    from lagesbild.publication import Publication
    from lagesbild.workspace import Workspace


def write_beside(
    ws: Workspace, publication: Publication, frame: page.Frame, folder: Path
) -> list[dict]:
    """Write every such file, and the folder of open data if there are deliveries.

    Parameters
    ----------
    ws : Workspace
    publication : Publication
    frame : Frame
        Around all pages of the audience.
    folder : Path
        The audience's, with the notebooks' pages in it.

    Returns
    -------
    list of dict
        One entry a page: file, product, audience and seconds.
    """
    told = []
    for file, make in _WRITERS.items():
        if file == meeting.FILE and not meeting.is_made(publication):
            continue
        if file == processing.FILE and publication.audience != processing.AUDIENCE:
            continue
        started = time.monotonic()
        content = make(ws, publication, frame, folder)
        (folder / file).write_text(content, encoding="utf-8", newline="\n")
        told.append(
            {
                "file": file,
                "product": Path(file).stem,
                "audience": publication.audience,
                "seconds": round(time.monotonic() - started, 3),
            }
        )
    if has_deliveries(publication):
        open_data.write(folder, publication, ws)
    return told


def _index(ws: Workspace, publication: Publication, frame: page.Frame, _: Path) -> str:
    from lagesbild.read.reference import load_areas, load_base_map

    cycle, audience = publication.cycle, publication.audience
    return index.render(
        publication,
        frame,
        areas=load_areas(ws),
        base_map=load_base_map(ws),
        products=in_publication(publication),
        threshold=publication.meta["threshold"],
        earlier=since.find_earlier(ws, cycle, audience),
        last_release=since.find_last_release(ws, cycle, audience),
    )


def _statement(
    _: Workspace, publication: Publication, frame: page.Frame, __: Path
) -> str:
    return statement.render(publication, frame)


def _wheel(_: Workspace, publication: Publication, frame: page.Frame, __: Path) -> str:
    return wheel.render(publication, frame)


def _processing(
    ws: Workspace, publication: Publication, frame: page.Frame, _: Path
) -> str:
    return processing.render(ws.settings.sources, publication, frame)


def _meeting(
    _: Workspace, publication: Publication, frame: page.Frame, folder: Path
) -> str:
    files = [f for f in meeting.parts() if (folder / f).is_file()]
    pages = {f: (folder / f).read_text(encoding="utf-8") for f in files}
    return meeting.render(pages, publication, frame)


_WRITERS = {
    index.FILE: _index,
    statement.FILE: _statement,
    wheel.FILE: _wheel,
    processing.FILE: _processing,
    meeting.FILE: _meeting,
}
"""File → what makes its content; the last may read those before it."""
