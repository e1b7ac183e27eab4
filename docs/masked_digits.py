"""Digits of 16 tokens, half of them missing: ``python docs/masked_digits.py`` prints mean squares.

A digit of 8 x 8 pixels is 16 tokens of 2 x 2. An Energy Transformer learns to fill in the missing
ones of 1,437 digits; beside it stand a regression and nearest neighbors, which have seen the same.
"""

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

from classical_ref.learning import MaskedTokens, learn_tokens

Values = NDArray[np.float64]


def errors(num_steps: int, num_known: int = 1437) -> tuple[dict[str, float], float]:
    """Return mean square errors of missing pixels by name, and the largest rise of the energy."""
    digits, labels = load_digits(return_X_y=True)
    known, new = train_test_split(digits / 16, test_size=360, random_state=0, stratify=labels)
    known, rng = known[:num_known], np.random.default_rng(0)
    start = MaskedTokens.random(16, 4, rng=0)
    model, _ = learn_tokens(start, _tokens(known), num_missing=8, num_steps=num_steps, rng=rng)
    missing = rng.random((360, 16)).argsort(axis=1) < 8
    pixels = _pixels(np.repeat(missing[..., np.newaxis], 4, axis=2))
    squares = (((new[:, np.newaxis] - known) ** 2) * ~pixels[:, np.newaxis]).sum(axis=2)
    nearest = squares.argsort(axis=1)
    found = {
        "mean picture": np.broadcast_to(known.mean(axis=0), new.shape),
        "nearest neighbor": known[nearest[:, 0]],
        "5 nearest neighbors": known[nearest[:, :5]].mean(axis=1),
        "ridge regression": _ridge(known, new, pixels, rng),
        "Energy Transformer": _pixels(model.fill(_tokens(new), missing)),
    }
    rises = np.diff(model.descend(_tokens(new), missing).energies, axis=0)
    told = {name: float(((each - new)[pixels] ** 2).mean()) for name, each in found.items()}
    return told, float(rises.max())


def _ridge(
    known: Values, new: Values, pixels: NDArray[np.bool_], rng: np.random.Generator
) -> Values:
    """Return pixels by regression on those that are there and on which they are."""
    often = np.tile(known, (8, 1))
    masks = rng.random((len(often), 16)).argsort(axis=1) < 8
    hidden = _pixels(np.repeat(masks[..., np.newaxis], 4, axis=2))
    fitted = Ridge(1.0).fit(np.hstack([often * ~hidden, hidden]), often)
    return np.asarray(fitted.predict(np.hstack([new * ~pixels, pixels])))


def _tokens(pictures: Values) -> Values:
    return pictures.reshape(-1, 4, 2, 4, 2).swapaxes(2, 3).reshape(-1, 16, 4)


def _pixels(tokens: NDArray[np.generic]) -> Values:
    return tokens.reshape(-1, 4, 4, 2, 2).swapaxes(2, 3).reshape(-1, 64)  # type: ignore[return-value]


if __name__ == "__main__":
    found, rise = errors(1500)
    for name, error in sorted(found.items(), key=lambda item: item[1]):
        print(f"{name:20} {error:.4f}")  # noqa: T201
    print(f"largest rise of the energy at a step: {rise:.3g}")  # noqa: T201
