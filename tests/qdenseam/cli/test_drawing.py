import numpy as np

from classical_ref import LevelCode
from qdenseam.cli.recalls.drawing import WIDEST, drawn, picture


def test_a_picture_has_the_shape_of_the_data():
    assert picture([1, -1, 0, 1, 1, -1], (2, 3)) == ["··██??", "····██"]


def test_pictures_stand_side_by_side():
    ink = np.array([-1, -1])
    text = drawn({"a": ink, "probe": 0 * ink, "recall": None}, (2, 1))
    assert text.splitlines() == ["a    probe   recall", "██   ??      -", "██   ??"]


def test_wide_pictures_stand_below_each_other():
    wide = np.ones(WIDEST // 2, dtype=np.int8)
    text = drawn({"probe": wide, "recall": wide}, (1, len(wide)))
    assert text.splitlines() == ["probe", "··" * len(wide), "", "recall", "··" * len(wide)]


def test_levels_are_shades():
    shades = LevelCode(5, "gray")
    words = shades.encode([[0, 1, 2], [3, 4, 0]])
    words[1, 2] = 0
    assert picture(words.ravel(), (2, 3), shades) == ["██▓▓▒▒", "░░··??"]
    colors = LevelCode(4).encode([[3, 3, 0], [0, 0, 0]])
    assert picture(colors.ravel(), (1, 2), LevelCode(4)) == ["░░██"]
