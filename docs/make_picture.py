"""Draw docs/images/curves.svg from a finished run.

    kindergrad run --out /tmp/full
    python docs/make_picture.py /tmp/full

Six learning curves of one engine, as in the report card: three from the lowest rungs, and one skill at three
frequencies. A picture on its own cannot read the style sheet of the page, so what it needs of it is written into it.
"""

from __future__ import annotations

import re
import sys
from importlib import resources
from pathlib import Path

from kindergrad.report import card, ladder
from kindergrad.report.figures import multiples

SHOWN = ("genomics/next-base", "genomics/real-or-shuffled[pairs-kept]", "genomics/reading-frame",
         "genomics/degenerate-word[tier-2]", "genomics/degenerate-word[tier-6]", "genomics/degenerate-word[tier-8]")
COLUMNS, TITLE, GAP = 3, 24, 14


def style() -> str:
    """Of the page's style sheet: its colours, light and dark, and what it says of the text of figures."""
    css = (resources.files("kindergrad.report") / "templates" / "page.css").read_text(encoding="utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css, re.DOTALL)[:2]
    tokens = [" ".join(re.findall(r"--[\w-]+: #[0-9a-f]{6};", part)) for part in (light, dark)]
    (text,) = re.findall(r"^\.plot text (\{.*?\})", css, re.MULTILINE)
    return f":root {{ {tokens[0]} }} @media (prefers-color-scheme: dark) {{ :root {{ {tokens[1]} }} }} text {text}"


def picture(run: Path) -> str:
    """The panels side by side."""
    found = card.card(run)
    curves = {c.skill: c for c in ladder.curves(found.rows, found.forecast, found.facts)}
    chosen = [curves[skill] for skill in SHOWN]
    width, height = multiples.WIDTH + GAP, multiples.HEIGHT + TITLE + GAP
    rows = -(-len(chosen) // COLUMNS)
    size = f"{COLUMNS * width:.0f} {rows * height:.0f}"
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" font-family="system-ui, sans-serif">',
           f"<style>{style()} .t {{ fill: var(--ink); font-size: 14px; font-weight: 600 }} "
           ".v { fill: var(--muted); font-size: 12px }</style>",
           '<rect width="100%" height="100%" fill="var(--paper)"/>']
    for i, curve in enumerate(chosen):
        x, y = (i % COLUMNS) * width + GAP / 2, (i // COLUMNS) * height + GAP / 2
        said = curve.forecast.verdict.value if curve.forecast else ""
        panel = multiples.panel(curve, multiples.reach(chosen), name=f"p{i}")
        out.append(f'<g transform="translate({x:.0f} {y:.0f})"><text class="t" x="4" y="16">{curve.name} '
                   f'<tspan class="v">{said}</tspan></text>')
        out.append(panel.replace("<svg ", f'<svg y="{TITLE}" width="{multiples.WIDTH:.0f}" '
                                          f'height="{multiples.HEIGHT:.0f}" ', 1) + "</g>")
    return "\n".join([*out, "</svg>"]) + "\n"


if __name__ == "__main__":
    target = Path(__file__).parent / "images" / "curves.svg"
    target.parent.mkdir(exist_ok=True)
    target.write_text(picture(Path(sys.argv[1])), encoding="utf-8")
    print(f"{target}: {target.stat().st_size:,} bytes")
