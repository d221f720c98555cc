"""The prerequisites of a syllabus as one SVG: a column per grade, ready skills filled, those that need data open.

Shows: what is thought to come before what, and what can be sat today.
Does not show: whether the order holds; a study can refute it.
"""

from __future__ import annotations

import html
import io
import itertools
import re
from typing import TYPE_CHECKING, Any

from kindergrad.core.names import Grade
from kindergrad.report.figures.syllabus_layout import Layout, layout
from kindergrad.report.syllabus_facts import READY, SkillEntry, SyllabusAnswer

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure
    from matplotlib.transforms import Transform

INK, MUTED, OPEN, FILL, PAPER, BAND = "#1a1a1a", "#555555", "#8a8a8a", "#0b4f7d", "#ffffff", "#f4f4f1"
EDGES = ("#0072b2", "#d55e00", "#009e73", "#a0527a", "#7a6a00", "#4b4b4b")
"""Colours of edges by the grade they come from (Okabe and Ito, darkened); the grade is also where they begin."""
BOX, ROW, STEP, LEFT, TOP, BOTTOM = (162.0, 24.0), 39.0, 246.0, 40.0, 92.0, 46.0
MARGIN, TRUNK = 32.0, 7.0
"""Room in a band to the left of its boxes, and between the trunks of edges within a grade, which run there."""


def svg(answer: SyllabusAnswer) -> str:
    """The graph as a file of its own; hovering over a skill shows its question."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure
    from matplotlib.transforms import Affine2D

    entries = {e.name: e for e in answer.skills}
    columns = [[n for n, e in entries.items() if e.grade is g] for g in Grade]
    columns = [names for names in columns if names]
    needs = {name: [need.partition("/")[2] for need in e.direct] for name, e in entries.items()}
    placed = layout(columns, needs)
    width = LEFT + STEP * (len(columns) - 1) + BOX[0] + 18
    height = TOP + ROW * (max(placed.height.values()) + 1) + BOTTOM
    figure = Figure(figsize=(width / 72, height / 72), dpi=72, facecolor=PAPER)
    FigureCanvasSVG(figure)
    draw = _Pen(figure, Affine2D().scale(1, -1).translate(0, height))
    _headings(draw, answer, columns, (width, height))
    within = [route for route in placed.routes if placed.column[route[0]] == placed.column[route[-1]]]
    for route in placed.routes:
        if route in within:
            sources = list(dict.fromkeys(w[0] for w in within if placed.column[w[0]] == placed.column[route[0]]))
            _edge_within(draw, route, placed, 12 + TRUNK * sources.index(route[0]))
        else:
            _edge(draw, route, placed)
    for name, entry in entries.items():
        _skill(draw, entry, *_corner(placed, name))
    out = io.StringIO()
    with rc_context({"svg.hashsalt": "kindergrad", "svg.fonttype": "none"}):
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    return _titled(out.getvalue(), f"Syllabus of {answer.domain}: {len(entries)} skills and their prerequisites")


class _Pen:
    """Draws on a figure in pixels from the top left."""

    def __init__(self, figure: Figure, pixels: Transform) -> None:
        self.figure, self.pixels = figure, pixels

    def write(self, x: float, y: float, text: str, *, size: float = 10, ink: str = INK, bold: bool = False) -> None:
        from matplotlib.text import Text

        self._add(Text(x, y, text, fontsize=size, color=ink, va="center_baseline", fontfamily="sans-serif",
                       fontweight="bold" if bold else "normal", zorder=4))

    def box(self, corner: tuple[float, float], size: tuple[float, float], *, fill: str, edge: str = "none",
            tip: str = "") -> None:
        """A box with round corners; open ones have a dashed edge."""
        from matplotlib.patches import FancyBboxPatch

        patch = FancyBboxPatch(corner, *size, boxstyle="round,pad=0,rounding_size=5", facecolor=fill, edgecolor=edge,
                               linewidth=1.2, linestyle=(0, (4, 2)) if fill == PAPER else "-",
                               zorder=3 if edge != "none" else 0)
        patch.set_gid(f"tip|{tip}" if tip else None)
        self._add(patch)

    def curve(self, points: list[tuple[float, float]], codes: list[Any], ink: str, *, halo: bool = True) -> None:
        """A line; its halo keeps it apart from those below."""
        from matplotlib.patches import PathPatch
        from matplotlib.path import Path

        if halo:
            self._add(PathPatch(Path(points, codes), facecolor="none", edgecolor=PAPER, linewidth=3.6, zorder=1))
        self._add(PathPatch(Path(points, codes), facecolor="none", edgecolor=ink, linewidth=1.3, zorder=1))

    def head(self, x: float, y: float, ink: str) -> None:
        """An arrow head that points right and ends at a point."""
        from matplotlib.patches import Polygon

        self._add(Polygon([(x, y), (x - 7, y - 3.4), (x - 7, y + 3.4)], facecolor=ink, edgecolor="none",
                          zorder=2))

    def _add(self, artist: Artist) -> None:
        artist.set_transform(self.pixels)
        self.figure.add_artist(artist)


def _headings(draw: _Pen, answer: SyllabusAnswer, columns: list[list[str]], size: tuple[float, float]) -> None:
    """Title, a band and a name for every grade, and the legend."""
    ready = {e.name for e in answer.skills if e.status == READY}
    draw.write(LEFT, 20, f"The syllabus of {answer.domain}", size=16, bold=True)
    grades = [g for g in Grade if any(e.grade is g for e in answer.skills)]
    for c, (grade, names) in enumerate(zip(grades, columns, strict=True)):
        x = LEFT + STEP * c
        draw.box((x - MARGIN, 38), (BOX[0] + MARGIN + 9, size[1] - 38 - BOTTOM + 6), fill=BAND)
        draw.write(x, 55, grade.value.capitalize(), size=12, bold=True)
        draw.write(x, 71, f"{sum(n in ready for n in names)} of {len(names)} ready", size=9.5, ink=MUTED)
    y = size[1] - 20
    draw.box((LEFT, y - 9), (24, 18), fill=FILL, edge=FILL)
    draw.write(LEFT + 31, y, "ready: an exam can be sat", ink=MUTED)
    draw.box((LEFT + 180, y - 9), (24, 18), fill=PAPER, edge=OPEN)
    draw.write(LEFT + 211, y, "needs data or a loader", ink=MUTED)
    draw.write(LEFT + 360, y, "Arrows go from a prerequisite to what needs it, in the colour of its grade; those that "
               "others imply are left out. Prerequisites are hypotheses: a study can refute them.", ink=MUTED)


def _skill(draw: _Pen, entry: SkillEntry, x: float, y: float) -> None:
    """One skill as a box with its name."""
    ready = entry.status == READY
    tip = f"{entry.id} ({entry.status}): {entry.question}"
    draw.box((x, y), BOX, fill=FILL if ready else PAPER, edge=FILL if ready else OPEN, tip=html.escape(tip))
    draw.write(x + 8, y + BOX[1] / 2, entry.name.replace("-", " "), size=10.5, ink=PAPER if ready else INK,
               bold=ready)


def _edge_within(draw: _Pen, route: list[str], placed: Layout, out: float) -> None:
    """Between skills of one grade: ``out`` pixels to the left along a trunk, shared by all edges of a prerequisite."""
    from matplotlib.path import Path

    ink = EDGES[placed.column[route[0]] % len(EDGES)]
    (x, y0), (_, y1) = (_corner(placed, name) for name in route)
    y0, y1 = y0 + BOX[1] / 2, y1 + BOX[1] / 2
    bend = 6.0 if y1 > y0 else -6.0
    draw.curve([(x, y0), (x - out + 6, y0), (x - out, y0), (x - out, y0 + bend), (x - out, y1 - bend), (x - out, y1),
                (x - out + 6, y1), (x - 7, y1)],
               [Path.MOVETO, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.LINETO, Path.CURVE3, Path.CURVE3,
                Path.LINETO], ink, halo=False)
    draw.head(x, y1, ink)


def _edge(draw: _Pen, route: list[str], placed: Layout) -> None:
    """From the right side of a prerequisite to the left side of what needs it, through the free places on the way."""
    from matplotlib.path import Path

    ink = EDGES[placed.column[route[0]] % len(EDGES)]
    x, y = _corner(placed, route[0])
    start = (x + BOX[0], y + BOX[1] / 2)
    last = _corner(placed, route[-1])
    points, codes = [start], [Path.MOVETO]
    stops = [(_corner(placed, stop)[0], _corner(placed, stop)[1] + BOX[1] / 2) for stop in route[1:-1]]
    ends = [*itertools.chain.from_iterable(((sx, sy), (sx + BOX[0], sy)) for sx, sy in stops),
            (last[0] - 7, last[1] + BOX[1] / 2)]
    for n, end in enumerate(ends):
        before = points[-1]
        if n % 2:  # straight on through a grade
            points.append(end)
            codes.append(Path.LINETO)
        else:
            bend = (end[0] - before[0]) / 2
            points += [(before[0] + bend, before[1]), (end[0] - bend, end[1]), end]
            codes += [Path.CURVE4] * 3
    draw.curve(points, codes, ink)
    draw.head(last[0], last[1] + BOX[1] / 2, ink)


def _corner(placed: Layout, name: str) -> tuple[float, float]:
    """Top left corner of a skill, in pixels."""
    return LEFT + STEP * placed.column[name], TOP + ROW * placed.height[name]


def _titled(text: str, label: str) -> str:
    """Tooltips: a group whose id is ``tip|words`` becomes one with a title; the whole gets an alternative text."""
    text = re.sub(r'<g id="tip\|([^"]*)">', r"<g><title>\1</title>", text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{html.escape(label)}" ', 1)
