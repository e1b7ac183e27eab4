"""What a result says about its shots."""

import numpy as np

from qdenseam.methods import RecallResources
from qdenseam.recall_result import RecallResult, tally

COST = RecallResources(num_qubits=3, two_qubit_gates=7, two_qubit_depth=5, state_preparations=1)


def test_the_outcome_is_that_of_the_pattern_shown_and_gates_are_summed() -> None:
    patterns = np.array([[-1, -1, 1]], dtype=np.int8)
    shots = np.array([[1, 1, 1]] * 5 + [[-1, -1, 1]] * 5, dtype=np.int8)
    for measured, kind in ((shots, "a spurious state"), (shots[4:], "a stored pattern")):
        states, counts = tally(measured)
        result = RecallResult(
            patterns=patterns,
            probe=patterns[0].copy(),
            states=states,
            state_counts=counts,
            shots=len(measured),
            method={},
            engine="exact",
            state_preparations=len(measured),
            resources=COST,
        )
        assert result.two_qubit_gates == 7 * len(measured)
        assert result.outcome.startswith(f"Recalled {kind} in")
