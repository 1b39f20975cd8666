# SPDX-License-Identifier: BSD-2-Clause
"""Bars and lines as SVG, with nothing but Python."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from html import escape

COLOURS = {"ours": "#1b6ca8", "theirs": "#b8b8b8", "other": "#d98c2b"}
FONT = "font-family=\"sans-serif\""
LABEL_WIDTH, TITLE_HEIGHT = 190, 46


@dataclass
class Bar:
    label: str
    value: float
    text: str
    colour: str = "ours"


@dataclass
class Line:
    label: str
    points: list[tuple[float, float]]
    colour: str = "ours"


@dataclass
class Canvas:
    width: int
    height: int
    parts: list[str] = field(default_factory=list)

    def text(self, x: float, y: float, text: str, size: int = 12,
             anchor: str = "start", bold: bool = False,
             colour: str = "#222") -> None:
        weight = ' font-weight="bold"' if bold else ""
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" {FONT} font-size="{size}" '
            f'text-anchor="{anchor}" fill="{colour}"{weight}>'
            f'{escape(text)}</text>')

    def box(self, x: float, y: float, width: float, height: float,
            colour: str) -> None:
        self.parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" '
            f'height="{height:.1f}" fill="{colour}"/>')

    def path(self, points: list[tuple[float, float]], colour: str,
             width: float = 1.0, dash: str = "") -> None:
        text = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<polyline points="{text}" fill="none" '
                          f'stroke="{colour}" stroke-width="{width}"'
                          f'{dashes}/>')

    def dot(self, x: float, y: float, colour: str) -> None:
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" '
                          f'fill="{colour}"/>')

    def svg(self) -> str:
        return (f'<svg xmlns="http://www.w3.org/2000/svg" '
                f'width="{self.width}" height="{self.height}" '
                f'viewBox="0 0 {self.width} {self.height}">\n'
                f'<rect width="100%" height="100%" fill="white"/>\n' +
                "\n".join(self.parts) + "\n</svg>\n")


def title(canvas: Canvas, x: float, y: float, text: str, note: str) -> None:
    canvas.text(x, y + 16, text, 15, bold=True)
    canvas.text(x, y + 33, note, 11, colour="#666")


def bars(canvas: Canvas, x: float, y: float, width: float, name: str,
         note: str, rows: list[Bar], logarithmic: bool = False) -> float:
    """Horizontal bars; returns where they end. On a logarithmic scale the
    axis begins a decade below the smallest."""
    title(canvas, x, y, name, note)
    y += TITLE_HEIGHT
    most = max(row.value for row in rows)
    least = min(row.value for row in rows) / 10
    room = width - LABEL_WIDTH - 120
    for row in rows:
        share = (math.log(row.value / least) / math.log(most / least)
                 if logarithmic else row.value / most)
        canvas.text(x + LABEL_WIDTH - 8, y + 12, row.label, 12, "end")
        canvas.box(x + LABEL_WIDTH, y + 1, share * room, 14,
                   COLOURS[row.colour])
        canvas.text(x + LABEL_WIDTH + share * room + 6, y + 12, row.text, 11)
        y += 20
    return y


def _decades(low: float, high: float) -> list[float]:
    return [10.0 ** e for e in range(math.floor(math.log10(low)),
                                     math.ceil(math.log10(high)) + 1)]


def _short(value: float) -> str:
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= limit:
            return f"{value / limit:g}{unit}"
    return f"{value:g}"


def lines(canvas: Canvas, x: float, y: float, width: float, height: float,
          name: str, note: str, across: str, rows: list[Line]) -> None:
    """Both axes logarithmic; the dashes are what grows in proportion, through
    the last point."""
    title(canvas, x, y, name, note)
    left, top = x + 60, y + TITLE_HEIGHT
    wide, high = width - 90, height - TITLE_HEIGHT - 44
    xs = [p[0] for row in rows for p in row.points]
    ys = [p[1] for row in rows for p in row.points]
    x_marks = _decades(min(xs), max(xs))
    y_marks = _decades(min(ys), max(ys))

    def place(point: tuple[float, float]) -> tuple[float, float]:
        across = math.log(point[0] / x_marks[0]) / math.log(
            x_marks[-1] / x_marks[0])
        up = math.log(point[1] / y_marks[0]) / math.log(
            y_marks[-1] / y_marks[0])
        return left + across * wide, top + (1 - up) * high

    for mark in x_marks:
        at, _ = place((mark, y_marks[0]))
        canvas.path([(at, top), (at, top + high)], "#e4e4e4")
        canvas.text(at, top + high + 16, _short(mark), 11, "middle")
    for mark in y_marks:
        _, at = place((x_marks[0], mark))
        canvas.path([(left, at), (left + wide, at)], "#e4e4e4")
        canvas.text(left - 6, at + 4, _short(mark), 11, "end")
    canvas.text(left + wide / 2, top + high + 34, across, 11, "middle",
                colour="#666")
    for row in rows:
        colour = COLOURS[row.colour]
        last_x, last_y = row.points[-1]
        least = max(x_marks[0], last_x * y_marks[0] / last_y)
        if row.colour != "other":
            canvas.path([place((least, last_y * least / last_x)),
                         place((last_x, last_y))], "#999", 1, "4 3")
        placed = [place(p) for p in row.points]
        canvas.path(placed, colour, 2)
        for at in placed:
            canvas.dot(*at, colour)
        canvas.text(placed[-1][0] - 8, placed[-1][1] - 8, row.label, 12,
                    "end", colour=colour)
