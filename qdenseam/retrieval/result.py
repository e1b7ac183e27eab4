"""What one recall returns: accepted outcomes as measured, and what they cost."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Booleans
from classical_ref.spins import hamming_distance, spins_to_bits, spins_to_text
from qdenseam.execution.mitigation import Mitigation, Processed, processed
from qdenseam.execution.readings import Readings
from qdenseam.execution.readout_errors import ReadoutErrors
from qdenseam.execution.tallies import Counts, counts_of, tally
from qdenseam.memories.stored_energies import StoredEnergies
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallLaw, RecallMethod, RecallResources, Spins
from qdenseam.retrieval.outcome import sentences
from qdenseam.spelling import registered


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RecallResult:
    """The outcome of all shots for one probe.

    Accepted outcomes are kept as measured; nearest-pattern decoding stands beside them in
    :attr:`decoded`, never instead.
    """

    patterns: Spins
    """The memory's patterns, shape ``(K, D)``."""
    probe: Spins
    """The probe, 0 where unknown, shape ``(D,)``."""
    states: Spins
    """Distinct accepted outcomes as measured, most frequent first, shape ``(M, D)``."""
    state_counts: Counts
    """How often each was accepted, shape ``(M,)``."""
    shots: int
    """All shots, rejected ones included."""
    method: dict[str, Any]
    """The method as run (trained angles included), as plain data."""
    engine: str
    """Name of what ran it; ``"exact"`` draws from the law."""
    state_preparations: int
    """State preparations and inverses over all shots."""
    evaluations: int = 0
    """Objective evaluations that training took."""
    resources: RecallResources | None = None
    """Cost of one shot, all-to-all; ``None`` where no circuit was built."""
    routed_two_qubit_gates: int | None = None
    """Two-qubit gates of the circuit compiled for a device."""
    shot_seconds: float | None = None
    """Seconds that a shot occupies the device: its repetition delay and the compiled circuit's
    duration with readout; ``None`` without a device."""
    two_qubit_gates: int | None = None
    """CX over all shots and rounds, all-to-all; that of ``resources`` times the shots unless given,
    ``None`` where no circuit was built."""
    readings: Readings | None = None
    """All that was read, rejected shots and flags included; ``None`` for draws from a law and for
    adaptive methods."""
    readout_errors: ReadoutErrors | None = None
    """What the device reported of the neurons' qubits, then of the flags', when the circuit was
    compiled; ``None`` where it reports nothing."""
    present: Booleans | None = None
    """Which patterns are stored with a weight above 0, shape ``(K,)``; ``None`` for all."""
    predicted_probability: float | None = None
    """The law's P(:attr:`pattern` given acceptance); ``None`` where no law is at hand."""
    energies: StoredEnergies | None = None
    """In a recall by energy, those of stored patterns, probe and answer; found after the run."""

    def __post_init__(self) -> None:
        if self.two_qubit_gates is None and self.resources is not None:
            spent = self.shots * self.resources.two_qubit_gates
            object.__setattr__(self, "two_qubit_gates", spent)
        for array in (self.patterns, self.probe, self.states, self.state_counts):
            array.setflags(write=False)

    @property
    def accepted(self) -> int:
        """Number of accepted shots."""
        return int(self.state_counts.sum())

    @property
    def acceptance(self) -> float:
        """Accepted shots over all shots."""
        return self.accepted / self.shots

    @property
    def counts(self) -> Counts:
        """Accepted outcomes that are stored patterns, shape ``(K,)``, in the memory's order."""
        return counts_of(self.patterns, self.states, self.state_counts)

    @property
    def spurious(self) -> int:
        """Accepted outcomes that are no stored pattern."""
        return self.accepted - int(self.counts.sum())

    @property
    def pattern(self) -> Spins | None:
        """The most frequent accepted outcome as measured, shape ``(D,)``; ``None`` without any.

        Among equally frequent ones the smallest in the order of Σ_i b_i 2^i.
        """
        return self.states[0] if len(self.states) else None

    @property
    def decoded(self) -> int | None:
        """Index of the stored pattern that most accepted outcomes are nearest to.

        Post-processing: each outcome counts for the nearest stored pattern (the first if tied).
        """
        if len(self.states) == 0:
            return None
        nearest = hamming_distance(self.patterns, self.states).argmin(axis=1)
        return int(np.bincount(nearest, weights=self.state_counts).argmax())

    def processed(self, mitigation: Mitigation, errors: ReadoutErrors | None = None) -> Processed:
        """Return raw, mitigated and decoded shares of the accepted outcomes, side by side.

        Args:
            mitigation: What to infer beside the raw shares.
            errors: Readout errors of the neurons' qubits, then of the flags', for readout
                mitigation; by default :attr:`readout_errors`.

        Raises:
            ValueError: No shot was accepted, or readout mitigation without errors or of outcomes
                that were not read: draws from a law, answers of an adaptive method.
        """
        if not len(self.states):
            raise ValueError("at least one shot should be accepted. Got none; use more shots.")
        if mitigation.readout != "off" and self.readings is None:
            raise ValueError(
                "readout mitigation should start from what was read, rejected shots included. "
                f"Got a result of {self.engine!r} and {self.method.get('name')!r} that keeps "
                "accepted outcomes alone; laws have no readout errors, and rounds that act on what "
                "they read cannot be corrected afterwards."
            )
        return processed(
            spins_to_bits(self.states),
            spins_to_bits(self.patterns),
            mitigation,
            self.readout_errors if errors is None else errors,
            counts=self.state_counts,
            readings=self.readings,
        )

    @property
    def top_share(self) -> float | None:
        """Share of the accepted outcomes that are :attr:`pattern`; ``None`` without any."""
        return int(self.state_counts[0]) / self.accepted if len(self.states) else None

    @property
    def stored_share(self) -> float | None:
        """Share of the accepted outcomes that are stored patterns; ``None`` without any."""
        return int(self.counts.sum()) / self.accepted if len(self.states) else None

    @property
    def num_matching(self) -> int:
        """How many patterns of a weight above 0 agree with every known neuron of the probe."""
        known = self.probe != 0
        agree = (self.patterns[:, known] == self.probe[known]).all(axis=1)
        return int((agree if self.present is None else agree & self.present).sum())

    @property
    def contradicted(self) -> tuple[int, ...]:
        """Known neurons of the probe at which :attr:`pattern` differs from it."""
        if self.pattern is None:
            return ()
        return tuple(np.flatnonzero((self.probe != 0) & (self.pattern != self.probe)).tolist())

    @property
    def contradicts_probe(self) -> bool:
        """Whether :attr:`pattern` differs from a known neuron of the probe."""
        return bool(self.contradicted)

    @property
    def outcome(self) -> str:
        """What happened, in a few sentences."""
        counts, top = self.counts, None
        known = registered("method").get(str(self.method.get("name")), RecallMethod)
        if self.pattern is not None:
            same = np.flatnonzero((self.patterns == self.pattern).all(axis=1))
            top = int(same[0]) if len(same) else None
        said = sentences(
            shots=self.shots,
            accepted=self.accepted,
            top_count=int(self.state_counts.max(initial=0)),
            num_tied=int((self.state_counts == self.state_counts.max(initial=0)).sum()),
            pattern_index=top,
            num_stored=int(counts.sum()),
            num_matching=self.num_matching,
            contradicted=self.contradicted,
            predicted_probability=self.predicted_probability,
            unit="searches" if issubclass(known, AdaptiveMethod) else "shots",
        )
        if self.energies is not None:
            training = self.method.get("training_outcome")
            said += self.energies.sentences()
            said.append(f"Training: {training or f'{self.evaluations} evaluations.'}")
        return " ".join(said)

    def marginal(self, neurons: npt.ArrayLike) -> tuple[Spins, Counts]:
        """Return the distinct values at some neurons and their counts, most frequent first.

        This reads a class or an associated pattern that was left unknown in the probe.
        """
        return tally(self.states[:, np.asarray(neurons)], self.state_counts)

    def __str__(self) -> str:
        answer = "-" if self.pattern is None else spins_to_text(self.pattern)
        return f"{spins_to_text(self.probe)} -> {answer}  {self.outcome}"

    def __repr__(self) -> str:
        return f"<RecallResult {self}>"

    def _repr_html_(self) -> str:
        from html import escape

        rows = "".join(
            f"<tr><td><code>{spins_to_text(state)}</code></td><td>{count}</td></tr>"
            for state, count in zip(self.states[:8], self.state_counts[:8].tolist(), strict=True)
        )
        return (
            f"<p>Probe <code>{spins_to_text(self.probe)}</code>. {escape(self.outcome)}</p>"
            f"<table><tr><th>accepted outcome</th><th>shots</th></tr>{rows}</table>"
        )


def predicted_probability(law: RecallLaw | None, patterns: Spins, states: Spins) -> float | None:
    """Return the law's P(outcome given acceptance) of the first of some states.

    ``None`` without a law or a state, where the law accepts nothing, or where the state is no
    stored pattern and the law does not tell its spurious outcomes apart.
    """
    from circuits.bit_order import bits_to_integer

    if law is None or len(states) == 0 or not law.acceptance > 0:
        return None
    same = np.flatnonzero((patterns == states[0]).all(axis=1))
    if len(same):
        return float(law.probabilities[same[0]])
    if law.distribution is None:
        return None if law.spurious > 1e-9 else 0.0
    return float(law.distribution[bits_to_integer(spins_to_bits(states[0]))] / law.acceptance)
