"""A sheet to draw on, and the way from matplotlib to small inline SVG that follows the page's colours.

Figures are drawn with token colours; the SVG then refers to the style sheet (``var(--ink)``), so that one drawing
serves the light theme, the dark theme and print. Text stays text: it is searchable and takes the page's font.
"""

from __future__ import annotations

import html
import io
import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from matplotlib.artist import Artist

TOKENS = ("ink", "muted", "grid", "paper", "learn", "ahead", "ahead-ground", "twin", "control", "alarm", "goal",
          "cell-edge")
"""Names of colours in the style sheet; in the drawing, the n-th is #0100nn."""

SHADES = 20
"""Steps of the heat map from floor to ceiling; in the drawing, the n-th is #0200nn."""

_NUMBER = re.compile(r"-?\d+\.\d+")
_WORD = re.compile(r"([MLz]?)\s*(?:(-?[\d.]+(?:e-?\d+)?)\s+(-?[\d.]+(?:e-?\d+)?))?")
_DEFAULTS = ("stroke-linecap: square", "stroke-linejoin: miter", "stroke-linejoin: round", "stroke-linecap: butt",
             "stroke-dashoffset: 0")
"""What the style sheet says once for all."""
_TEXT = ("font-size:10px", "fill:var(--muted)")
"""The same, for text."""


class Frame(NamedTuple):
    """A plot inside a sheet: from values to pixels. ``box`` is left, top, right, bottom."""

    box: tuple[float, float, float, float]
    xs: tuple[float, float]
    ys: tuple[float, float]

    def x(self, value: float) -> float:
        left, _, right, _ = self.box
        return left + (value - self.xs[0]) / (self.xs[1] - self.xs[0]) * (right - left)

    def y(self, value: float) -> float:
        _, top, _, bottom = self.box
        return bottom - (value - self.ys[0]) / (self.ys[1] - self.ys[0]) * (bottom - top)

    def at(self, scale: float) -> float:
        """Pixel of a scale, where x is in decades."""
        return self.x(math.log10(scale))


def power(decade: int) -> str:
    """``10⁻³``."""
    return "10" + str(decade).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def colour(name: str) -> str:
    """The token colour of a name in :data:`TOKENS`."""
    return f"#0100{TOKENS.index(name) + 1:02x}"


def shade(score: float) -> str:
    """The token colour of a score; below the floor and above the ceiling it takes that of the end."""
    step = round(min(max(score, 0.0), 1.0) * (SHADES - 1))
    return f"#0200{step + 1:02x}"


class Sheet:
    """A figure of ``width`` x ``height`` CSS pixels, measured from the top left.

    Artists stand on the bare figure, without axes: no layout engine, no ticks, the same result everywhere, and three
    times as fast. The caller places everything itself, with a :class:`Frame` where values become pixels.
    """

    def __init__(self, width: float, height: float) -> None:
        from matplotlib.backends.backend_svg import FigureCanvasSVG
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        self.width = width
        self.figure = Figure(figsize=(width / 72, height / 72), dpi=72, frameon=False)
        FigureCanvasSVG(self.figure)
        self.pixels = Affine2D().scale(1, -1).translate(0, height)

    def write(self, x: float, y: float, text: str, *, size: float = 10, ink: str = "muted", ha: str = "left",
              bold: bool = False) -> None:
        """Text with its middle at ``y``. ``ha`` is left, center or right."""
        from matplotlib.text import Text

        self._add(Text(x, y, text, fontsize=size, color=colour(ink), ha=ha, va="center_baseline",
                       fontweight="bold" if bold else "normal"))

    def line(self, xs: Sequence[float], ys: Sequence[float], ink: str, *, width: float = 1.0,
             dashes: tuple[float, ...] | None = None) -> None:
        """A line through the points; NaN breaks it."""
        from matplotlib.lines import Line2D

        self._add(Line2D(xs, ys, color=colour(ink), linewidth=width, linestyle=(0, dashes) if dashes else "-",
                         solid_capstyle="butt", dash_capstyle="butt"))

    def fill(self, xs: Sequence[float], ys: Sequence[float], ink: str, *, alpha: float = 1.0) -> None:
        """A filled polygon without an edge."""
        from matplotlib.patches import Polygon

        self._add(Polygon(list(zip(xs, ys, strict=True)), facecolor=colour(ink), edgecolor="none", linewidth=0,
                          alpha=None if alpha == 1.0 else alpha))

    def box(self, corner: tuple[float, float], size: tuple[float, float], fill: str | None, *, tip: str = "") -> None:
        """A rectangle from its top left corner, filled with a drawing colour, or empty with an edge; ``tip`` is
        shown on hovering."""
        from matplotlib.patches import Rectangle

        patch = Rectangle(corner, *size, facecolor=fill or "none", edgecolor=colour("cell-edge"),
                          linewidth=0 if fill else 0.8)
        if tip:
            patch.set_gid(f"tip|{tip}")
        self._add(patch)

    def dots(self, xs: Sequence[float], ys: Sequence[float], ink: str, *, marker: str = "o", size: float = 6.0,
             hollow: bool = False) -> None:
        """Marks, filled or open."""
        from matplotlib.lines import Line2D

        self._add(Line2D(xs, ys, linestyle="none", marker=marker, markersize=size, markeredgewidth=0.2 * size**0.9,
                         color=colour("paper" if hollow else ink), markeredgecolor=colour(ink), zorder=5))

    def stamp(self, x: float, text: str, *, ha: str = "right", size: float = 10.5) -> None:
        """The mark of a run that must not be compared, in the top line of a figure."""
        if text:
            self.write(x, 7, text, size=size, ink="alarm", ha=ha, bold=True)

    def svg(self, name: str, label: str) -> str:
        """The figure as an ``<svg>`` element for a page.

        Parameters
        ----------
        name : unique on the page; prefixes every id.
        label : what a reader sees who cannot see: the alternative text.
        """
        from matplotlib import rc_context

        out = io.StringIO()
        with rc_context({"svg.hashsalt": "kindergrad", "svg.fonttype": "none"}):
            nothing = {"Date": None, "Creator": None, "Format": None, "Type": None}
            self.figure.savefig(out, format="svg", metadata=nothing)
        return _inline(out.getvalue(), name, label)

    def _add(self, artist: Artist) -> None:
        artist.set_transform(self.pixels)
        self.figure.add_artist(artist)


def _inline(text: str, name: str, label: str) -> str:
    text = text[text.index("<svg"):]
    box = re.search(r'viewBox="([^"]+)"', text)
    body = text[text.index(">") + 1:]
    body = re.sub(r"<style.*?</style>|<!--.*?-->", "", body, flags=re.S)
    # Tooltips: a group whose id is "tip|words" becomes a group with a title, read by mouse and by screen readers.
    body = re.sub(r'<g id="tip\|([^"]*)">', r"<g><title>\1</title>", body)
    body = re.sub(r'<g id="[^"]*"', "<g", body)
    body = re.sub(r' id="', f' id="{name}-', body)
    body = re.sub(r"url\(#", f"url(#{name}-", body)
    body = re.sub(r'xlink:href="#', f'href="#{name}-', body)
    body = re.sub(r' clip-path="[^"]*"', "", body)
    body = re.sub(r'style="([^"]*)"', _style, body)
    body = re.sub(r'<text style="([^"]*)"', _plain_text, body)
    body = re.sub(r'style="fill:var\(--(h\d+)\)"', r'class="\1"', body)
    body = re.sub(r' transform="rotate\(-0 [^"]*"', "", body)
    body = re.sub(r"\s*\n\s*", " ", body)
    body = re.sub(r' (d|x|y)="([^"]*)"', _short, body)
    body = re.sub(r"<defs>\s*</defs>|<clipPath.*?</clipPath>", "", body)
    body = re.sub(r"<defs>\s*</defs>", "", body)
    body = re.sub(r"> +<", "><", body)
    for _ in range(3):
        body = re.sub(r"<g>(<(?:path|text|use)[^>]*?(?:/>|>[^<]*</text>))</g>", r"\1", body)
        body = body.replace("<g></g>", "")
    view = box[1] if box else ""
    return f'<svg class="plot" role="img" aria-label="{html.escape(label)}" viewBox="{view}">{body.strip()}'


def _short(found: re.Match[str]) -> str:
    """Coordinates to a tenth of a pixel, and straight lines as steps, which are shorter than places."""
    kind, text = found[1], found[2].strip()
    if kind == "d" and not set(text) & set("CQVH"):
        return f' d="{_steps(text)}"'
    text = _NUMBER.sub(lambda m: f"{float(m[0]):.1f}".removesuffix(".0"), text)
    return f' {kind}="{text.replace("M ", "M").replace(" z", "z")}"'


def _steps(text: str) -> str:
    """A path of M, L and z: each place rounded first, then told as the step from the one before, so nothing drifts."""
    out: list[str] = []
    here, last = (0, 0), ""
    for word, x_text, y_text in _WORD.findall(text):
        if not x_text:
            out += [word] if word == "z" else []
            last = word
            continue
        x, y = round(float(x_text) * 10), round(float(y_text) * 10)
        across, down = x - here[0], y - here[1]
        if word == "M":
            kind, said = "M", f"M{_tenths(x)}{_tenths(y, ' ')}"
        elif not down:
            kind, said = "h", f"h{_tenths(across)}"
        elif not across:
            kind, said = "v", f"v{_tenths(down)}"
        else:
            kind = "l"
            said = f"{_tenths(across, ' ') if last == 'l' else 'l' + _tenths(across)}{_tenths(down, ' ')}"
        out.append(said)
        here, last = (x, y), kind
    return "".join(out)


def _tenths(n: int, gap: str = "") -> str:
    """Tenths of a pixel, apart from the number before by a gap or its own sign."""
    whole, rest = divmod(abs(n), 10)
    said = f"{whole or ''}.{rest}" if rest else f"{whole}"
    return f"-{said}" if n < 0 else f"{gap}{said}"


def _style(found: re.Match[str]) -> str:
    keep = []
    for part in found[1].split(";"):
        part = part.strip()
        if not part or part in _DEFAULTS:
            continue
        if part.startswith("font:"):  # older matplotlib writes the shorthand
            keep += [f"font-size:{size}px" for size in re.findall(r"([\d.]+)px", part)]
            keep += ["font-weight:600"] * ("700" in part or "bold" in part)
            continue
        if part.startswith("font-family"):
            continue
        keep.append(re.sub(r"#0[12]00[0-9a-f]{2}", _variable, part).replace(": ", ":"))
    return f'style="{";".join(keep)}"'


def _plain_text(found: re.Match[str]) -> str:
    """Text as the style sheet has it needs to say nothing."""
    keep = [part for part in found[1].split(";") if part not in _TEXT]
    return f'<text style="{";".join(keep)}"' if keep else "<text"


def _variable(found: re.Match[str]) -> str:
    kind, number = found[0][2], int(found[0][5:], 16) - 1
    return f"var(--{TOKENS[number]})" if kind == "1" else f"var(--h{number})"
