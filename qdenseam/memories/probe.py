"""One probe, as memories take it."""

import numpy as np
import numpy.typing as npt

from classical_ref.spins import check_probes


def check_one_probe(
    probe: npt.ArrayLike | str, num_neurons: int, *, bits: bool | None = None
) -> npt.NDArray[np.int8]:
    """Return one probe as spins with 0 where unknown, shape ``(D,)``.

    Raises:
        ValueError: The probe has another shape or other values, is spins or bits in doubt (see
            :func:`classical_ref.check_probes`), or there are several.
    """
    spins = check_probes(probe, num_neurons, bits=bits)
    if spins.size != num_neurons:
        raise ValueError(
            f"probe should have shape ({num_neurons},). Got {spins.shape}; recall() takes many."
        )
    return spins.reshape(num_neurons)
