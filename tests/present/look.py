"""What a reader, or a program, can read out of a page fragment."""

from __future__ import annotations

from html.parser import HTMLParser


class Node:
    """One element: its tag, attributes, children and own text, in order."""

    def __init__(self, tag: str, attrs: dict) -> None:
        self.tag, self.attrs = tag, attrs
        self.parts: list = []

    @property
    def text(self) -> str:
        return "".join(p if isinstance(p, str) else p.text for p in self.parts)

    def all(self, tag: str = "", **attrs) -> list[Node]:
        """Elements below, by tag and by attributes (class by one of its names)."""
        wanted = {name.rstrip("_").replace("_", "-"): v for name, v in attrs.items()}
        found = []
        for part in self.parts:
            if isinstance(part, Node):
                if tag in ("", part.tag) and part._fits(wanted):
                    found.append(part)
                found += part.all(tag, **attrs)
        return found

    def _fits(self, wanted: dict) -> bool:
        for name, value in wanted.items():
            held = self.attrs.get(name)
            words = (held or "").split() if name == "class" else [held]
            if (value is True and name not in self.attrs) or (
                value is not True and value not in words
            ):
                return False
        return True


class _Reader(HTMLParser):
    _EMPTY = ("path", "circle", "rect", "meta", "input", "br")

    def __init__(self) -> None:
        super().__init__()
        self.root = Node("", {})
        self.open = [self.root]

    def handle_starttag(self, tag, attrs) -> None:
        node = Node(tag, dict(attrs))
        self.open[-1].parts.append(node)
        if tag not in self._EMPTY:
            self.open.append(node)

    def handle_startendtag(self, tag, attrs) -> None:
        self.open[-1].parts.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag) -> None:
        if tag not in self._EMPTY:
            assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
            self.open.pop()

    def handle_data(self, data) -> None:
        self.open[-1].parts.append(data)


def parse(html) -> Node:
    """The fragment as a tree; every element must be closed in order."""
    reader = _Reader()
    reader.feed(str(html))
    assert len(reader.open) == 1, f"<{reader.open[-1].tag}> is not closed"
    return reader.root


def table(html) -> list[list[str]]:
    """The text of each cell, row by row, without what only the ear gets."""
    return [
        [_seen(cell) for cell in row.parts if isinstance(cell, Node)]
        for row in parse(html).all("tr")
    ]


def _seen(node: Node) -> str:
    if "vh" in node.attrs.get("class", "").split():
        return ""
    return "".join(p if isinstance(p, str) else _seen(p) for p in node.parts)
