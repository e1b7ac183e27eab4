"""What one recall returns: accepted outcomes as measured, and what they cost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from classical_ref.checks import Booleans, Floats, check_choice
from classical_ref.shown import Shown, html_states, html_table
from classical_ref.spins import hamming_distance, spins_to_bits, spins_to_text
from qdenseam.execution.mitigation import Mitigation, Processed, Readout, processed
from qdenseam.execution.readings import Readings
from qdenseam.execution.readout_errors import ReadoutErrors
from qdenseam.execution.tallies import Counts, counts_of, places_of, tally
from qdenseam.memories.amplitude import AmplitudeMemory
from qdenseam.memories.energy import EnergyMemory
from qdenseam.memories.stored_energies import StoredEnergies
from qdenseam.methods import method_from_dict
from qdenseam.methods.adaptive import AdaptiveMethod
from qdenseam.methods.base import RecallLaw, RecallMethod, RecallResources, Spins
from qdenseam.retrieval.outcome import sentences
from qdenseam.spelling import registered

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from qiskit import QuantumCircuit

_MOST_SHOWN = 8  # outcomes in a notebook
Order = Literal["neurons", "qiskit"]
"""Whether the first character of an outcome is neuron 0, or the last, as Qiskit writes it."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class TrainingReport(Shown):
    """How the angles of a recall were found."""

    outcome: str
    """How the best start ended and what the objective gained, in words."""
    evaluations: int
    """Points at which the objective was evaluated, over all starts."""
    gradients: int
    """At how many of them its gradient was used too."""
    cost: float | None
    """The objective at the end; ``None`` where the method does not say."""
    trajectory: Floats
    """The objective at every evaluation of the best start, in order, ``(n,)``; empty where it was
    not kept."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RecallResult(Shown):
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
    memory: AmplitudeMemory | EnergyMemory | None = None
    """What was recalled from, shared by all results of it; ``None`` where a fetched submission
    could not keep it: energies of a model of one's own."""
    shape: tuple[int, int] | None = None
    """Rows and columns that a state is drawn in, those of the memory; ``None`` draws a row."""
    compiled_by: Callable[[], "QuantumCircuit"] | None = None
    """Returns :attr:`compiled`, which is kept packed or in the folder of its submission."""
    physical_qubits: tuple[int, ...] | None = None
    """The device's qubits of the neurons, then of the flags, in the order of :attr:`readings`;
    ``None`` without a device."""
    trajectory: tuple[float, ...] = ()
    """The objective of training at every evaluation of the best start; see :attr:`training`."""

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

    def counts_dict(self, *, order: Order = "neurons") -> dict[str, int]:
        """Return the accepted outcomes as text and how often each came, most frequent first.

        Args:
            order: ``"neurons"`` writes neuron i as character i, as everywhere here; ``"qiskit"``
                writes qubit 0 last, as Qiskit's counts and ``plot_histogram`` do.

        Raises:
            ValueError: The order is unknown.

        Examples:
            >>> from qdenseam import AmplitudeMemory, recall
            >>> result = recall(AmplitudeMemory(["1000"]), "1???", shots=5)
            >>> result.counts_dict(), result.counts_dict(order="qiskit")
            ({'1000': 5}, {'0001': 5})
        """
        check_choice("order", order, Order)
        texts = spins_to_text(self.states[:, :: -1 if order == "qiskit" else 1])
        return dict(zip(texts, self.state_counts.tolist(), strict=True))

    @property
    def circuit(self) -> "QuantumCircuit":
        """The circuit of one shot as the method builds it, unmeasured; built at each call.

        A recall that drew from the law has one too: it was not run.

        Raises:
            ValueError: An adaptive method asks one circuit after the other, or the memory of a
                fetched submission was not kept.
            CapacityError: It is too large to be built.
        """
        method = method_from_dict(self.method)
        if isinstance(method, AdaptiveMethod):
            raise ValueError(
                f"a method of one circuit should be asked for it. Got {method.name!r}, which asks "
                "one circuit after the other: as many as it takes, each by what the last one gave."
            )
        if self.memory is None:
            raise ValueError(
                "the memory should be at hand to build its circuit. Got a result that was fetched "
                "of a memory that is no plain data; .compiled is the circuit that ran, and "
                "method_from_dict(result.method).circuit(memory, result.probe) builds it again."
            )
        return method.circuit(self.memory, self.probe)

    @property
    def compiled(self) -> "QuantumCircuit | None":
        """The measured circuit that ran, on the device's qubits; unpacked at each call.

        ``None`` where none ran, for draws from the law, and for an adaptive method, which runs
        many.

        Raises:
            ValueError: The submission that holds it is gone.
            ResultsFileError: Its circuits are damaged.
        """
        return None if self.compiled_by is None else self.compiled_by()

    @property
    def training(self) -> TrainingReport | None:
        """How the method's angles were found; ``None`` where none were trained."""
        if not self.evaluations:
            return None
        return TrainingReport(
            outcome=str(self.method.get("training_outcome") or f"{self.evaluations} evaluations."),
            evaluations=self.evaluations,
            gradients=int(self.method.get("gradients", 0)),
            cost=self.method.get("cost"),
            trajectory=np.array(self.trajectory, dtype=float),
        )

    def plot(self) -> "Figure":
        """Return bars of the most frequent accepted outcomes, with 95 % intervals.

        :func:`qdenseam.plots.recalls.plot_outcomes` draws them on axes of one's own.
        """
        from qdenseam.plots.recalls import outcomes_figure

        return outcomes_figure(self)

    def show(self, *, shape: tuple[int, int] | None = None, target: int | None = None) -> "Figure":
        """Return pictures of the pattern, the probe and the answer, right and wrong pixels marked.

        A dot marks a pixel that is as in the pattern, a cross one that is not, a question mark one
        that is unknown.

        Args:
            shape: Rows and columns; by default those of the memory, or one row.
            target: Index of the pattern that the probe was made from; by default the one nearest to
                the probe on its known neurons, the first if tied.

        Raises:
            ValueError: The shape does not hold the neurons, or there is no such pattern.
        """
        from qdenseam.plots.recalls import show_recall

        return show_recall(self, shape=shape, target=target)

    def mitigated(
        self,
        *,
        readout: Readout = "subspace",
        decoding: bool = False,
        parity_checks: bool = False,
    ) -> Processed:
        """Return raw and mitigated shares side by side, by what the device reported.

        Args:
            readout: How readout errors are inverted; ``"off"`` inverts none.
            decoding: Whether an outcome counts for the pattern nearest to it.
            parity_checks: Whether outcomes that break a parity check of the patterns are dropped.

        Raises:
            ValueError: As for :meth:`processed`, which takes errors of one's own.
        """
        return self.processed(
            Mitigation(readout=readout, decoding=decoding, parity_checks=parity_checks)
        )

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
        counts = self.counts
        known = registered("method").get(str(self.method.get("name")), RecallMethod)
        said = sentences(
            shots=self.shots,
            accepted=self.accepted,
            top_count=int(self.state_counts.max(initial=0)),
            num_tied=int((self.state_counts == self.state_counts.max(initial=0)).sum()),
            pattern_index=self._top_pattern(),
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

        Raises:
            ValueError: There is no such neuron, or none is asked for.
        """
        chosen, size = np.asarray(neurons), self.patterns.shape[1]
        if chosen.ndim != 1 or not chosen.size or not np.isin(chosen, np.arange(size)).all():
            raise ValueError(f"neurons should be numbers from 0 to {size - 1}. Got {neurons!r}.")
        return tally(self.states[:, chosen.astype(np.int64)], self.state_counts)

    def __str__(self) -> str:
        answer = "-" if self.pattern is None else spins_to_text(self.pattern)
        return f"{spins_to_text(self.probe)} -> {answer}  {self.outcome}"

    def _top_pattern(self) -> int | None:
        """Return which stored pattern :attr:`pattern` is; ``None`` if it is none."""
        place = int(places_of(self.patterns, self.states[:1])[0]) if len(self.states) else -1
        return None if place < 0 else place

    def _facts(self) -> Mapping[str, object]:
        top = self._top_pattern()
        answer = "none" if self.pattern is None else "spurious" if top is None else f"pattern {top}"
        return {
            "answer": answer,
            "share": self.top_share,
            "accepted": self.accepted,
            "shots": self.shots,
            "method": str(self.method.get("name", "")),
            "engine": self.engine,
        }

    def _more_html(self) -> str:
        from html import escape

        drawn = {"probe": self.probe} | ({} if self.pattern is None else {"answer": self.pattern})
        places = places_of(self.patterns, self.states[:_MOST_SHOWN])
        rows = [
            (spins_to_text(state), "none" if place < 0 else place, count)
            for state, place, count in zip(self.states, places, self.state_counts, strict=False)
        ]
        return (
            html_states(drawn, self.shape)
            + f"<p>{escape(self.outcome)}</p>"
            + html_table(rows, header=("accepted outcome", "stored pattern", "shots"))
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
