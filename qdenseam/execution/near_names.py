"""Names of engines that somebody may have meant by one that does not exist."""

import difflib
from collections.abc import Iterable

from qdenseam.execution.engine_table import families
from qdenseam.execution.engines.fake_devices import fake_device_names
from qdenseam.execution.engines.pennylane_engine import PENNYLANE_PREFIX, pennylane_device_names

_NEAR = 0.8
"""Least likeness (``difflib``) of what is taken for a slip."""


def near_names(name: str, known: Iterable[str]) -> list[str]:
    """Return at most three names that are written like an unknown one, best first.

    Devices are found without their family too, and by the provider's spelling: for ``FakeFez`` it
    is ``fake:fez``, for ``ibm_fez`` also ``ibm:fez``.

    Args:
        name: The unknown name; case does not matter.
        known: Names of single engines.
    """
    family, colon, member = name.lower().partition(":")
    spellings: dict[str, tuple[str, ...]] = {each: (each,) for each in known}
    if colon:
        near = [f"{each}:{member}" for each in _like(family, families())]
        return near or _like(f"{family}-{member}", spellings)
    for device in fake_device_names():
        fake, real = f"fake:{device}", f"ibm:{device}"
        spellings |= {device: (fake, real), f"ibm_{device}": (real, fake)}
        spellings |= {f"fake{device}": (fake,), f"fake_{device}": (fake,)}
    for device in pennylane_device_names():
        spellings[device] = (f"{PENNYLANE_PREFIX}{device}",)
    exact = [family] if family in spellings else []
    found = [each for key in exact or _like(family, spellings) for each in spellings[key]]
    return list(dict.fromkeys(found))[:3]


def _like(name: str, names: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(name, list(names), n=3, cutoff=_NEAR)
