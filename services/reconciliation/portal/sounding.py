"""验证码 as a sound: each digit is as many short tones, a pause between digits, under soft noise, as a WAV.

The page says the rule in both languages: count the tones; after a pause the next digit begins.
"""

from __future__ import annotations

import math
import random
import struct

RATE_HERTZ = 8000
TONE, GAP, PAUSE, EDGE = 1200, 800, 5600, 120
"""In samples: a tone, the gap between tones, the pause between digits, and how long a tone swells and fades."""
LOUD, NOISE = 9000, 700


def sound(digits: str, seed: bytes) -> bytes:
    """A WAV, 8 kHz, 16 bits, one channel, with digits from 1 to 9; about seven seconds."""
    chance = random.Random(seed)
    samples = [0] * PAUSE
    for digit in digits:
        pitch = chance.uniform(480, 880)
        for _ in range(int(digit)):
            samples.extend(_tone(pitch * chance.uniform(0.97, 1.03)))
            samples.extend([0] * (GAP + chance.randrange(160)))
        samples.extend([0] * PAUSE)
    form = f"<{len(samples)}h"
    noise = struct.unpack(form, chance.randbytes(2 * len(samples)))
    return _wav(struct.pack(form, *(sample + (each * NOISE >> 15) for sample, each in zip(samples, noise, strict=True))))


def _tone(pitch_hertz: float) -> list[int]:
    turn = 2 * math.pi * pitch_hertz / RATE_HERTZ
    return [int(LOUD * min(1.0, at / EDGE, (TONE - at) / EDGE) * math.sin(turn * at)) for at in range(TONE)]


def _wav(content: bytes) -> bytes:
    form = struct.pack("<IHHIIHH", 16, 1, 1, RATE_HERTZ, RATE_HERTZ * 2, 2, 16)
    return b"RIFF" + struct.pack("<I", 36 + len(content)) + b"WAVEfmt " + form + b"data" + struct.pack("<I", len(content)) + content
