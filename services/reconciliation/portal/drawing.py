"""验证码 as a picture: digits as bent, shifted strokes under lines and grain, as a PNG. The same seed always draws the same.

Nothing in the page tells the digits: the picture is dots of grey.
"""

from __future__ import annotations

import math
import random
import struct
import zlib

WIDTH, HEIGHT = 200, 64
PAPER, INK = 246, 40

_STROKES: dict[str, tuple[tuple[tuple[float, float], ...], ...]] = {
    "1": (((0.25, 0.25), (0.55, 0.0), (0.55, 1.0)), ((0.25, 1.0), (0.85, 1.0))),
    "2": (((0.1, 0.2), (0.3, 0.0), (0.75, 0.02), (0.9, 0.25), (0.7, 0.55), (0.1, 1.0), (0.92, 1.0)),),
    "3": (((0.12, 0.1), (0.5, 0.0), (0.88, 0.2), (0.75, 0.42), (0.4, 0.48), (0.8, 0.55), (0.9, 0.8), (0.5, 1.0), (0.1, 0.9)),),
    "4": (((0.65, 1.0), (0.65, 0.0), (0.08, 0.68), (0.95, 0.68)),),
    "5": (((0.85, 0.0), (0.2, 0.0), (0.15, 0.45), (0.55, 0.38), (0.9, 0.6), (0.8, 0.9), (0.45, 1.0), (0.1, 0.9)),),
    "6": (((0.8, 0.03), (0.4, 0.15), (0.12, 0.6), (0.25, 0.95), (0.65, 1.0), (0.9, 0.75), (0.7, 0.5), (0.35, 0.5), (0.14, 0.7)),),
    "7": (((0.08, 0.0), (0.92, 0.0), (0.42, 1.0)), ((0.35, 0.5), (0.8, 0.5))),
    "8": (
        ((0.5, 0.47), (0.18, 0.3), (0.25, 0.05), (0.5, 0.0), (0.78, 0.05), (0.82, 0.3), (0.5, 0.47)),
        ((0.5, 0.47), (0.1, 0.7), (0.2, 0.95), (0.5, 1.0), (0.82, 0.95), (0.9, 0.7), (0.5, 0.47)),
    ),
    "9": (((0.86, 0.35), (0.6, 0.52), (0.25, 0.48), (0.12, 0.25), (0.35, 0.0), (0.75, 0.05), (0.88, 0.35), (0.7, 0.8), (0.4, 1.0)),),
}
Dots = list[list[int]]


def draw(digits: str, seed: bytes) -> bytes:
    """A PNG of 200 x 64 dots with digits from 1 to 9."""
    chance = random.Random(seed)
    dots = [[PAPER - int(14 * chance.random()) for _ in range(WIDTH)] for _ in range(HEIGHT)]
    cell = WIDTH / len(digits)
    bend, phase = chance.uniform(2.0, 4.0), chance.uniform(0, 2 * math.pi)
    for place, digit in enumerate(digits):
        _draw_digit(dots, digit, place * cell, cell, (bend, phase), chance)
    for _ in range(4):
        _draw_crossing(dots, chance)
    for _ in range(260):
        dots[chance.randrange(HEIGHT)][chance.randrange(WIDTH)] = chance.randrange(60, 200)
    return _png(dots)


def _draw_digit(dots: Dots, digit: str, left: float, cell: float, wave: tuple[float, float], chance: random.Random) -> None:
    width, height = cell * chance.uniform(0.5, 0.62), HEIGHT * chance.uniform(0.56, 0.7)
    across, down = left + (cell - width) * chance.uniform(0.3, 0.7), (HEIGHT - height) * chance.uniform(0.25, 0.75)
    lean, turn, thick = chance.uniform(-0.25, 0.25), chance.uniform(-0.22, 0.22), chance.uniform(1.5, 2.1)
    bend, phase = wave

    def placed(point: tuple[float, float]) -> tuple[float, float]:
        x, y = (point[0] - 0.5 + lean * (0.5 - point[1])) * width, (point[1] - 0.5) * height
        turned_x, turned_y = x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)
        x, y = across + width / 2 + turned_x, down + height / 2 + turned_y
        return x + bend * math.sin(y / 11 + phase), y + bend * math.sin(x / 17 + phase)

    for stroke in _STROKES[digit]:
        for first, last in zip(stroke, stroke[1:], strict=False):
            _draw_line(dots, placed(first), placed(last), thick, INK + chance.randrange(40))


def _draw_crossing(dots: Dots, chance: random.Random) -> None:
    height, slope, swing = chance.uniform(10, HEIGHT - 10), chance.uniform(-0.2, 0.2), chance.uniform(2, 7)
    shade, phase = chance.randrange(50, 110), chance.uniform(0, 2 * math.pi)
    points = [(x, height + slope * (x - WIDTH / 2) + swing * math.sin(x / 23 + phase)) for x in range(0, WIDTH, 8)]
    for first, last in zip(points, points[1:], strict=False):
        _draw_line(dots, first, last, 0.7, shade)


def _draw_line(dots: Dots, first: tuple[float, float], last: tuple[float, float], thick: float, shade: int) -> None:
    """Darken every dot within `thick` of the line; at its edge by the part that it covers."""
    (x0, y0), (x1, y1) = first, last
    length_squared = (x1 - x0) ** 2 + (y1 - y0) ** 2 or 1.0
    reach = thick + 1
    for y in range(max(0, int(min(y0, y1) - reach)), min(HEIGHT, int(max(y0, y1) + reach) + 1)):
        for x in range(max(0, int(min(x0, x1) - reach)), min(WIDTH, int(max(x0, x1) + reach) + 1)):
            along = min(1.0, max(0.0, ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / length_squared))
            away = math.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))
            covered = min(1.0, max(0.0, thick + 0.5 - away))
            if covered:
                dots[y][x] = min(dots[y][x], int(PAPER + (shade - PAPER) * covered))


def _png(dots: Dots) -> bytes:
    def part(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    rows = b"".join(b"\0" + bytes(row) for row in dots)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", zlib.compress(rows)) + part(b"IEND", b"")
