"""Matplotlib figures as inline SVG that serves the light and the dark colour scheme."""

from __future__ import annotations

import html
import io
import re
from typing import Any

MAX_BYTES = 60_000

STYLE: Any = {  # Matplotlib types its keys one by one
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 11,
    "figure.figsize": (6.4, 4.0),
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "legend.framealpha": 0.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "figure.constrained_layout.use": True,
    # Mid-tone colours, told apart by colour-blind readers, legible on white and on black.
    "axes.prop_cycle": "cycler('color', ['#3b82c4', '#d9730d', '#2a9d78', '#c2548d', '#8a6fd1', '#a3851c'])",
    "image.cmap": "viridis",
}


def _compact(svg: str, figure_id: str) -> str:
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"<style[^>]*>\*.*?</style>\s*", "", svg, flags=re.DOTALL)  # it would leak into the page
    svg = re.sub(r"<defs>\s*</defs>\s*", "", svg)
    svg = re.sub(r"<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    svg = re.sub(r"#0{6}\b|#0{3}\b|(?<=: )black\b", "currentColor", svg)
    # An id is kept only if something refers to it, and is made unique on the page.
    used = set(re.findall(r'(?:href="#|url\(#)([^")]+)', svg))
    svg = re.sub(r' id="([^"]*)"', lambda m: f' id="{figure_id}-{m[1]}"' if m[1] in used else "", svg)
    svg = re.sub(r'(href="#|url\(#)', rf"\g<1>{figure_id}-", svg)
    svg = re.sub(r"(\d+\.\d{2})\d+(?![^<>]*</)", r"\1", svg)  # coordinates only: a tick label keeps its digits
    svg = re.sub(r"<g>\s*</g>\s*", "", svg)
    svg = re.sub(r"(?<= d=\")[^\"]{2000,}", lambda m: re.sub(r"(\d\.\d)\d+", r"\1", m[0]), svg)  # curves, not markers
    svg = re.sub(r" font-family: [^;\"]+;?", "", svg)  # the page's fonts, by its style sheet
    svg = re.sub(r' transform="rotate\(-?0 [^"]*"', "", svg)
    svg = re.sub(r"\s*\n\s*", " ", svg).strip()
    alike = r'<use [^>]*?(?P<style> style="[^"]*")/> ?(?:<use [^>]*?(?P=style)/> ?)+'
    return re.sub(alike, _together, svg)


def _together(markers: re.Match[str]) -> str:
    """Markers of one look share its style."""
    return f"<g{markers['style']}>{markers[0].replace(markers['style'], '')}</g>"


def _save(figure: Any, dpi: int = 144) -> str:
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", dpi=dpi, metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def _rasterise_dense_parts(figure: Any) -> None:
    for axes in figure.axes:
        for artist in [*axes.collections, *axes.images]:
            artist.set_rasterized(True)
        for line in axes.lines:
            if len(line.get_xdata(orig=False)) > 2000:
                line.set_rasterized(True)


def svg_of(figure: Any, figure_id: str, alt: str) -> str:
    """One SVG element for a figure: text stays text, black becomes ``currentColor``, ids are unique.

    Args:
        figure: a Matplotlib figure.
        figure_id: its id on the page, e.g. ``F05``.
        alt: what a reader who cannot see it is told.

    Returns:
        ``<svg role="img" aria-label=…>``. Over 60 KB, its dense parts (surfaces, point clouds) become pixels.
    """
    import matplotlib

    with matplotlib.rc_context({"svg.hashsalt": figure_id, "svg.fonttype": "none"}):
        svg = _compact(_save(figure), figure_id)
        if len(svg) > MAX_BYTES:
            _rasterise_dense_parts(figure)
            svg = _compact(_save(figure, dpi=110), figure_id)
    size = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert size is not None
    head = (
        f'<svg class="plot" role="img" aria-label="{html.escape(alt, quote=True)}" viewBox="{size[0][9:-1]}" '
        f'width="{float(size[1]):.0f}" height="{float(size[2]):.0f}" xmlns="http://www.w3.org/2000/svg">'
    )
    return head + svg[svg.index(">") + 1 :]
