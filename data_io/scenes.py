"""The scenes of the drawn sample data: one simple animal, doing something, in front of a background.

A scene never depends on the label, so that its subject tells nothing about the class. Lengths are in units of
a 100 pixel image; everything is drawn SUPERSAMPLING times too large and averaged down, which smooths the edges.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

SUPERSAMPLING = 3
INK = (44, 36, 40)

Colour = tuple[int, int, int]
Points = Sequence[tuple[float, float]]

# Coats and settings, picked by eye: (red, green, blue), 0 to 255.
COATS: tuple[Colour, ...] = (
    (214, 140, 72), (128, 92, 66), (156, 156, 164), (232, 220, 200),
    (84, 80, 92), (226, 164, 164), (188, 158, 96), (116, 140, 108),
)  # fmt: skip
SETTINGS: tuple[tuple[Colour, Colour], ...] = (
    ((150, 200, 232), (126, 172, 96)), ((244, 196, 150), (172, 122, 94)), ((60, 76, 124), (54, 84, 80)),
    ((206, 188, 226), (150, 132, 176)), ((240, 224, 176), (196, 160, 104)), ((170, 220, 206), (84, 136, 140)),
    ((234, 176, 170), (140, 96, 104)), ((196, 204, 212), (128, 136, 146)),
)  # fmt: skip


@dataclass(frozen=True)
class Pencil:
    """Draws on a supersampled canvas in image units, placed at (x, y), scaled and perhaps mirrored."""

    canvas: ImageDraw.ImageDraw
    x: float
    y: float
    scale: float
    mirror: int

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Returns the canvas position of the point (x, y) of the drawing."""
        return (
            (self.x + self.mirror * self.scale * x) * SUPERSAMPLING,
            (self.y + self.scale * y) * SUPERSAMPLING,
        )

    def ellipse(self, x: float, y: float, across: float, down: float, fill: Colour | None, line: float = 0.0) -> None:
        """Draws an ellipse of half-axes `across` and `down`; with no fill, a ring `line` thick."""
        centre_x, centre_y = self.at(x, y)
        half_x, half_y = across * self.scale * SUPERSAMPLING, down * self.scale * SUPERSAMPLING
        box = (centre_x - half_x, centre_y - half_y, centre_x + half_x, centre_y + half_y)
        if fill is None:
            self.canvas.ellipse(box, outline=INK, width=self.thick(line))
        else:
            self.canvas.ellipse(box, fill=fill)

    def line(self, points: Points, line: float, fill: Colour) -> None:
        """Draws a bent line through the points, with round joints."""
        self.canvas.line([self.at(*point) for point in points], fill, self.thick(line), joint="curve")

    def polygon(self, points: Points, fill: Colour) -> None:
        """Fills the polygon through the points."""
        self.canvas.polygon([self.at(*point) for point in points], fill=fill)

    def thick(self, line: float) -> int:
        """Returns a line's width on the canvas, in whole pixels, at least one."""
        return max(1, round(line * self.scale * SUPERSAMPLING))


def draw_scene(random: np.random.Generator, size_pixels: int) -> NDArray[np.float32]:
    """Draws one scene.

    Returns float32 (size_pixels, size_pixels, 3), 0 to 255: a pure function of the generator's state.
    """
    side = size_pixels * SUPERSAMPLING
    setting = SETTINGS[random.integers(len(SETTINGS))]
    picture = Image.new("RGB", (side, side), vary(random, setting[0]))
    canvas = ImageDraw.Draw(picture)
    draw_background(random, canvas, size_pixels, vary(random, setting[1]))
    pencil = Pencil(
        canvas,
        x=size_pixels * random.uniform(0.36, 0.64),
        y=size_pixels * random.uniform(0.46, 0.62),
        scale=size_pixels / 100 * random.uniform(0.65, 1.15),
        mirror=int(random.choice((-1, 1))),
    )
    pastimes = (draw_bicycle, draw_chess_board, draw_tub, draw_balloon)
    pastimes[random.integers(len(pastimes))](random, pencil)
    draw_animal(random, pencil)
    scene = np.asarray(picture.reduce(SUPERSAMPLING), np.float32)
    return light(random, scene)


def vary(random: np.random.Generator, colour: Colour) -> Colour:
    """Returns the colour, each channel moved by up to 24 of 255."""
    red, green, blue = np.clip(np.add(colour, random.integers(-24, 25, 3)), 0, 255).tolist()
    return red, green, blue


def light(random: np.random.Generator, scene: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lights a scene unevenly: soft shadows, and a contrast and tint of its own. Same shape and dtype.

    The ranges are wide because they hide the small shift a fingerprint gives to the colour statistics.
    """
    patches = Image.fromarray(random.uniform(-1, 1, (5, 5)).astype(np.float32))
    shadow = np.asarray(patches.resize(scene.shape[1::-1], Image.Resampling.BICUBIC), np.float32)
    contrast, strength = random.uniform(0.6, 1.1), random.uniform(0, 24)
    tint = (random.normal(0, 14) + random.normal(0, 7, 3)).astype(np.float32)
    lit = (scene - 128) * np.float32(contrast) + 128 + tint + shadow[..., None] * np.float32(strength)
    return np.clip(lit, 0, 255)


def draw_background(random: np.random.Generator, canvas: ImageDraw.ImageDraw, size_pixels: int, ground: Colour) -> None:
    """Draws a ground under a horizon and one of: hills, a papered wall, a tiled wall, clouds."""
    pencil = Pencil(canvas, 0, 0, size_pixels / 100, 1)
    horizon = random.uniform(52, 78)
    kind = random.choice(("hills", "paper", "tiles", "clouds"))
    soft = vary(random, ground)
    if kind == "hills":
        for _ in range(random.integers(2, 5)):
            x, across, down = random.uniform((0, 18, 10), (100, 40, 34))
            pencil.ellipse(x, horizon + 6, across, down, soft)
    elif kind == "paper":
        step = random.uniform(8, 18)
        for x in np.arange(random.uniform(0, step), 100, step):
            pencil.line(((x, 0), (x, horizon)), step / 3, soft)
    elif kind == "tiles":
        step = random.uniform(11, 20)
        for place in np.arange(random.uniform(0, step), 100, step):
            pencil.line(((place, 0), (place, horizon)), 0.8, soft)
            pencil.line(((0, place), (100, place)), 0.8, soft)
    else:
        for _ in range(random.integers(2, 5)):
            x, y = random.uniform((0, 5), (100, horizon - 20))
            for part in (-7, 0, 7):
                pencil.ellipse(x + part, y - (part == 0) * 2, 7, 4.5, (238, 240, 244))
    pencil.polygon(((0, horizon), (100, horizon), (100, 100), (0, 100)), ground)
    for _ in range(random.integers(0, 24)):
        x, y = random.uniform((0, horizon + 2), (100, 100))
        pencil.line(((x, y), (x + 1, y - 3)), 0.9, soft)


def draw_animal(random: np.random.Generator, pencil: Pencil) -> None:
    """Draws an animal looking to the right, its body around the origin, about 60 units wide."""
    coat = vary(random, COATS[random.integers(len(COATS))])
    belly, dark = shade(coat, 1.25), shade(coat, 0.72)
    stout = random.uniform(11, 16)
    ears = random.choice(("round", "pointed", "long"))
    for hip, colour in ((-13, coat), (-7, dark), (8, coat), (14, dark)):
        pencil.line(((hip, 4), (hip + random.uniform(-3, 3), 24)), 4.2, colour)
    tail = random.uniform(-24, 4)
    pencil.line(((-17, -2), (-24, -4), (-28, tail)), 3.2, coat)
    pencil.ellipse(-28, tail, 3, 3, dark)
    pencil.ellipse(0, 0, 20, stout, coat)
    pencil.ellipse(1, stout * 0.45, 14, stout * 0.5, belly)
    for _ in range(random.integers(0, 6)):
        x, y, across, down = random.uniform((-14, -8, 1.5, 1.5), (8, 2, 3.5, 3.5))
        pencil.ellipse(x, y, across, down, dark)
    head_x, head_y = 20, -15 + random.uniform(-3, 3)
    for side in (-1, 1):
        x = head_x + side * 6.5
        if ears == "round":
            pencil.ellipse(x, head_y - 8, 4.5, 4.5, dark)
        elif ears == "pointed":
            pencil.polygon(((x - 4, head_y - 5), (x + side * 2, head_y - 16), (x + 4, head_y - 5)), dark)
        else:
            pencil.ellipse(head_x + side * 4, head_y - 15, 2.6, 9, dark)
    pencil.ellipse(head_x, head_y, 11, 10, coat)
    pencil.ellipse(head_x + 5, head_y + 4, 6, 4.5, belly)
    pencil.ellipse(head_x + 8, head_y + 2, 1.9, 1.5, INK)
    for x in (-2, 5):
        pencil.ellipse(head_x + x, head_y - 3, 2.3, 2.6, (250, 250, 250))
        pencil.ellipse(head_x + x + 0.6, head_y - 2.8, 1.3, 1.6, INK)


def shade(colour: Colour, factor: float) -> Colour:
    """Returns the colour made lighter or darker by the factor."""
    red, green, blue = (min(255, round(channel * factor)) for channel in colour)
    return red, green, blue


def draw_bicycle(random: np.random.Generator, pencil: Pencil) -> None:
    """Draws a bicycle under the animal: two spoked wheels and a frame."""
    frame = vary(random, (196, 60, 60))
    turn = random.uniform(0, np.pi)
    for x in (-20, 22):
        pencil.ellipse(x, 26, 12, 12, None, 1.8)
        for angle in turn + np.arange(5) * np.pi / 5:
            across, down = 11 * np.cos(angle), 11 * np.sin(angle)
            pencil.line(((x - across, 26 - down), (x + across, 26 + down)), 0.5, INK)
    pencil.line(((-20, 26), (-4, 10), (16, 10), (0, 26), (-20, 26)), 2, frame)
    pencil.line(((22, 26), (16, 4), (22, 1)), 2, frame)


def draw_chess_board(random: np.random.Generator, pencil: Pencil) -> None:
    """Draws a chess board in front of the animal, with a few pieces."""
    light_square, dark_square = vary(random, (232, 214, 176)), vary(random, (112, 76, 56))
    for row in range(3):
        for column in range(8):
            left, top = -24 + column * 7, 24 + row * 4
            corners = ((left, top), (left + 7, top), (left + 7, top + 4), (left, top + 4))
            pencil.polygon(corners, dark_square if (row + column) % 2 else light_square)
    for x in random.uniform(-22, 30, 4):
        pencil.polygon(((x - 2, 26), (x, 18), (x + 2, 26)), INK)
        pencil.ellipse(x, 18, 1.6, 1.6, INK)


def draw_tub(random: np.random.Generator, pencil: Pencil) -> None:
    """Draws a wash tub behind the animal, with bubbles rising."""
    enamel = vary(random, (214, 226, 232))
    pencil.polygon(((-30, 8), (32, 8), (26, 34), (-24, 34)), enamel)
    pencil.line(((-31, 8), (33, 8)), 2.4, shade(enamel, 0.75))
    for x, y, radius in random.uniform((-30, -36, 1.5), (34, 8, 4.5), (9, 3)):
        pencil.ellipse(x, y, radius, radius, (236, 244, 250))
        pencil.ellipse(x, y, radius, radius, None, 0.5)


def draw_balloon(random: np.random.Generator, pencil: Pencil) -> None:
    """Draws a balloon on a string behind the animal."""
    colour = vary(random, COATS[random.integers(len(COATS))])
    x, y = random.uniform((-22, -42), (4, -26))
    pencil.line(((x, y), (-12, 0)), 0.8, INK)
    pencil.ellipse(x, y, 8, 10, colour)
    pencil.ellipse(x - 2.5, y - 3.5, 1.8, 2.6, shade(colour, 1.3))
