"""Drawn landscapes: the same every time, and as different as pictures to recall should be."""

import numpy as np

from classical_ref import as_patterns, hamming_distance
from classical_ref.data.scenes import draw_scenes


def test_twelve_pictures_that_differ(tmp_path):
    paths = draw_scenes(tmp_path / "new" / "folder")
    assert len(paths) == 12
    assert paths == sorted(paths)
    assert sum(path.stat().st_size for path in paths) < 200_000
    again, other = draw_scenes(tmp_path / "again"), draw_scenes(tmp_path / "other", seed=1)
    assert [p.read_bytes() for p in again] == [p.read_bytes() for p in paths]
    assert other[0].read_bytes() != paths[0].read_bytes()
    data = as_patterns(tmp_path / "again", shape=(12, 16), levels=8)
    apart = hamming_distance(data.patterns, data.patterns) / (12 * 16)
    assert apart[np.triu_indices(12, k=1)].min() > 0.5  # of eight levels, in the mean of the pixels
    grained = as_patterns(tmp_path / "other", shape=(12, 16), levels=8)
    assert np.diag(hamming_distance(data.patterns, grained.patterns)).max() < 0.1 * 12 * 16
