"""One HTML file that needs nothing else: no script, no request, no font but the reader's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .blocks import Block
from .escape import escaped
from .style import STYLE

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a heading."""

    title: str
    blocks: Sequence[Block]

    def html(self, number: int) -> str:
        """number: counts sections from 1, for links to them."""
        inside = "\n".join(block.html() for block in self.blocks)
        return (
            f'<section id="part-{number}" aria-labelledby="head-{number}">'
            f'<h2 id="head-{number}">{escaped(self.title)}</h2>\n{inside}\n</section>'
        )


def page(title: str, subtitle: str, sections: Sequence[Section]) -> str:
    """The whole document. The same arguments give the same text, which encodes as UTF-8 whatever they hold."""
    links = "".join(
        f'<li><a href="#part-{number}">{escaped(section.title)}</a></li>'
        for number, section in enumerate(sections, 1)
    )
    body = "\n".join(section.html(number) for number, section in enumerate(sections, 1))
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{escaped(title)}</title>
<style>{STYLE}</style>
</head>
<body>
<header><h1><bdi>{escaped(title)}</bdi></h1><p>{escaped(subtitle, len(subtitle))}</p></header>
<nav aria-label="Sections"><ul>{links}</ul></nav>
<main>
{body}
</main>
</body>
</html>
"""
