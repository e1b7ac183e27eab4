"""Twelve small landscapes, drawn, to try pictures in a folder with: no photograph is shipped."""

from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Annotated

import numpy as np

from classical_ref.checks import Within, checked
from classical_ref.files import check_folder, write_whole

_Color = tuple[int, int, int]
_Shape = tuple[str, tuple[float, ...], _Color]
_SIZE = 128, 96  # width and height
_GRAIN = 4.0

_SCENES: dict[str, tuple[_Color, _Color, _Color, float, tuple[_Shape, ...]]] = {
    # sky above and at the horizon, ground, horizon, things; from 0 at the top (left) to 1
    "balloon": ((60, 130, 220), (190, 220, 250), (90, 140, 60), 0.88, (
        ("disk", (0.5, 0.36, 0.24), (210, 50, 40)),
        ("box", (0.46, 0.68, 0.54, 0.76), (90, 60, 30)))),
    "birches": ((170, 200, 190), (230, 235, 220), (120, 130, 60), 0.85, tuple(
        ("box", (x, 0.0, x + 0.06, 0.92), (245, 245, 240)) for x in (0.08, 0.3, 0.52, 0.74, 0.9))),
    "desert": ((240, 190, 110), (255, 230, 170), (220, 160, 80), 0.6, (
        ("peak", (0.25, 0.42, 0.4, 0.6), (200, 130, 60)),
        ("peak", (0.8, 0.5, 0.35, 0.6), (180, 110, 50)))),
    "house": ((120, 170, 220), (220, 230, 240), (70, 120, 50), 0.75, (
        ("box", (0.3, 0.45, 0.72, 0.85), (230, 220, 200)),
        ("peak", (0.51, 0.18, 0.28, 0.48), (150, 50, 40)),
        ("box", (0.46, 0.6, 0.56, 0.85), (80, 50, 30)))),
    "iceberg": ((90, 140, 180), (200, 220, 230), (20, 60, 100), 0.7, (
        ("peak", (0.42, 0.15, 0.3, 0.7), (250, 250, 255)),
        ("peak", (0.68, 0.4, 0.2, 0.7), (220, 235, 250)))),
    "lighthouse": ((50, 70, 110), (150, 160, 180), (30, 40, 60), 0.8, (
        ("box", (0.72, 0.2, 0.84, 0.85), (250, 240, 230)),
        ("disk", (0.78, 0.15, 0.1), (255, 240, 130)))),
    "moon": ((5, 8, 25), (30, 35, 70), (8, 12, 20), 0.82, (
        ("disk", (0.3, 0.3, 0.16), (240, 240, 220)),)),
    "pines": ((180, 190, 200), (235, 235, 230), (230, 235, 240), 0.8, tuple(
        ("peak", (x, top, 0.13, 0.8), (20, 60, 40))
        for x, top in ((0.2, 0.3), (0.45, 0.1), (0.75, 0.25)))),
    "sailing": ((110, 180, 230), (200, 230, 245), (20, 90, 130), 0.62, (
        ("peak", (0.6, 0.12, 0.22, 0.68), (250, 250, 245)),
        ("box", (0.38, 0.68, 0.82, 0.76), (120, 60, 30)))),
    "summit": ((40, 100, 190), (170, 200, 230), (60, 70, 60), 0.85, (
        ("peak", (0.55, 0.1, 0.6, 0.85), (110, 110, 120)),
        ("peak", (0.55, 0.1, 0.2, 0.5), (250, 250, 250)))),
    "sunset": ((120, 50, 90), (255, 170, 80), (50, 30, 50), 0.68, (
        ("disk", (0.62, 0.56, 0.17), (255, 235, 170)),)),
    "tunnel": ((20, 20, 25), (60, 55, 50), (30, 30, 30), 0.9, (
        ("disk", (0.5, 0.55, 0.3), (230, 240, 235)),
        ("box", (0.46, 0.75, 0.54, 1.0), (200, 190, 120)))),
}  # fmt: skip


@checked
def draw_scenes(
    folder: str | PathLike[str], *, seed: Annotated[int, Within("[0, inf)")] = 0
) -> list[Path]:
    """Draw twelve landscapes as ``.jpg`` of 128 x 96 pixels, and return their paths.

    Sky and ground are gradients, things stand before them, slightly out of focus and with the grain
    of film, so that they pool like photographs. The same seed draws the same pictures.

    Args:
        folder: Where they are drawn; made where there is none.
        seed: Of the grain.

    Raises:
        OSError: The folder cannot be written.
    """
    from PIL import Image, ImageDraw, ImageFilter

    rng = np.random.default_rng(seed)
    width, height = _SIZE
    down = np.linspace(0, 1, height)[:, np.newaxis, np.newaxis]
    where = check_folder(folder, (f"{name}.jpg" for name in _SCENES))
    where.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, (top, low, ground, horizon, shapes) in _SCENES.items():
        sky = np.array(top) + (np.array(low) - top) * np.minimum(down / horizon, 1)
        land = np.array(ground) * (1.1 - 0.6 * down)
        rows = np.where(down < horizon, sky, land)
        image = Image.fromarray(np.tile(rows, (1, width, 1)).astype(np.uint8))
        draw = ImageDraw.Draw(image)
        for kind, place, color in shapes:
            if kind == "disk":
                x, y, radius = place[0] * width, place[1] * height, place[2] * height
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=color)
            elif kind == "box":
                draw.rectangle([place[k] * _SIZE[k % 2] for k in range(4)], fill=color)
            else:
                x, half, foot = place[0] * width, place[2] * width, place[3] * height
                draw.polygon([(x - half, foot), (x, place[1] * height), (x + half, foot)], color)
        soft = np.asarray(image.filter(ImageFilter.GaussianBlur(1.5)), dtype=float)
        grain = soft + rng.normal(0, _GRAIN, (height, width, 1))
        paths.append(where / f"{name}.jpg")
        packed = BytesIO()
        Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)).save(packed, "jpeg", quality=90)
        write_whole(paths[-1], packed.getvalue())
    return paths
