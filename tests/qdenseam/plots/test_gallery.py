"""Recalls side by side, spins and levels."""

import numpy as np

from classical_ref import LevelCode, as_patterns, spins_to_text
from qdenseam.plots.gallery import study_gallery


def test_levels_are_drawn_as_shades_and_unknown_words_marked():
    grey = np.random.default_rng(0).integers(0, 256, (2, 3, 4))
    data = as_patterns(grey, levels="gray(4)")
    probe = data.patterns.reshape(2, 12, 2).copy()
    probe[:, 5] = 0
    shown = {
        "shape": list(data.shape),
        "levels": "gray(4)",
        "stored": spins_to_text(data.patterns),
        "probes": spins_to_text(probe.reshape(2, -1)),
        "answers": spins_to_text(data.patterns),
        "ambiguous": [False, False],
    }
    drawn = study_gallery({"a memory": shown}).axes[0]
    (image,) = drawn.images
    canvas = np.asarray(image.get_array())  # 3 x 4 points a picture, one between pictures
    for row in (0, 2):  # stored and answered
        for column in range(2):
            picture = canvas[4 * row :, 5 * column :][:3, :4]
            np.testing.assert_allclose(picture[..., 0], grey[column] // 64 / 3)
    assert canvas[:4, :5, 3].tolist() == [[1.0] * 4 + [0.0]] * 3 + [[0.0] * 5]
    assert [text.get_text() for text in drawn.texts] == ["?", "?"]
    one = as_patterns(["01"], shape=(1, 2))
    plain = shown | {name: spins_to_text(one.patterns) for name in ("stored", "probes", "answers")}
    plain |= {"shape": [1, 2], "levels": str(LevelCode())}
    pair = study_gallery({"b": plain}).axes[0].images[0].get_array()[:1, :2, 0]
    assert pair.tolist() == [[1.0, 0.0]]
