# SPDX-FileCopyrightText: the gst-rvldepth authors
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Draws the CSV of codecs.c as bars and that of pipelines.py as a line, in one SVG.

Arguments: the SVG to write, the codecs' CSV, the pipelines' CSV (may be missing).
"""
import csv
import html
import math
import os
import sys

LEFT, RIGHT, ROW = 190, 160, 30
BARS = 520
OURS, PEER = ("#1b7f4b", "#7fc4a0"), ("#7c818a", "#c3c7cd")  # encode, decode


class Svg:
    def __init__(self, width):
        self.width, self.height, self.parts = width, 0, []

    def text(self, x, y, text, anchor="start", size=12, weight="normal"):
        self.parts.append(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" '
                          f'font-size="{size}" font-weight="{weight}">{html.escape(text)}</text>')

    def bar(self, x, y, width, height, colour):
        self.parts.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" '
                          f'height="{height}" fill="{colour}"/>')

    def line(self, points, colour, width=1.0):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" '
                          f'stroke-width="{width}"/>')

    def write(self, path):
        with open(path, "w") as file:
            file.write(f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" '
                       f'height="{self.height}" font-family="sans-serif">\n'
                       '<rect width="100%" height="100%" fill="white"/>\n')
            file.write("\n".join(self.parts) + "\n</svg>\n")


def rows_of(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def number(text):
    return float(text) if text else None


def draw_codecs(svg, rows):
    """A pair of bars a codec, on a logarithmic scale from 10 MB/s."""
    rows = [row for row in rows if row["set"] == "geometric mean"]
    top = max(number(row[key]) or 0 for row in rows for key in ("encode MB/s", "decode MB/s"))

    def x(speed):
        return LEFT + BARS * math.log(max(speed, 10) / 10) / math.log(top / 10)

    svg.text(LEFT, 24, "MB/s of raw depth (logarithmic): encode dark, decode light", size=13, weight="bold")
    svg.text(svg.width - 10, 24, "ratio", "end", size=13, weight="bold")
    y = 40
    for row in rows:
        colours = OURS if row["codec"].startswith("our ") else PEER
        svg.text(LEFT - 8, y + 17, row["codec"], "end")
        for key, at, colour in ("encode MB/s", 2, colours[0]), ("decode MB/s", 13, colours[1]):
            speed = number(row[key])
            if speed:
                svg.bar(LEFT, y + at, x(speed) - LEFT, 10, colour)
                svg.text(x(speed) + 4, y + at + 9, f"{speed:.0f}", size=10)
        svg.text(svg.width - 10, y + 17, f"{number(row['ratio']):.2f}", "end")
        y += ROW
    svg.height = y + 10


def draw_growth(svg, rows):
    """CPU ms a frame over megapixels, both logarithmic."""
    points = []
    for row in rows:
        if row["fed by"] == "file, growth":
            width, height = map(int, row["size"].split("x"))
            points.append((width * height / 1e6, float(row["rest ms"]), row["size"]))
    points = [point for point in points if point[1] > 0]
    if len(points) < 2:
        return
    top, tall = svg.height + 40, 240
    low = [min(math.log(point[i]) for point in points) for i in (0, 1)]
    high = [max(math.log(point[i]) for point in points) for i in (0, 1)]

    def place(point):
        part = [(math.log(point[i]) - low[i]) / (high[i] - low[i]) for i in (0, 1)]
        return LEFT + BARS * part[0], top + tall * (1 - part[1])

    svg.text(LEFT, top - 16, "CPU ms a frame of recording RVL into a file, by size "
             "(both logarithmic)", size=13, weight="bold")
    svg.line([(LEFT, top), (LEFT, top + tall), (LEFT + BARS, top + tall)], "#444")
    svg.line([place(point) for point in points], OURS[0], 2)
    for point in points:
        x, y = place(point)
        svg.bar(x - 3, y - 3, 6, 6, OURS[0])
        svg.text(x + 8, y + 14, f"{point[2]}: {point[1]:.2f} ms", size=11)
    svg.height = top + tall + 30


def main():
    svg = Svg(LEFT + BARS + RIGHT)
    draw_codecs(svg, rows_of(sys.argv[2]))
    if len(sys.argv) > 3 and os.path.exists(sys.argv[3]):
        draw_growth(svg, rows_of(sys.argv[3]))
    svg.write(sys.argv[1])


main()
