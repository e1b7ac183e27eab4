"""What a recall method is: a circuit and its law, with nothing of backends or shots."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal, Self, TypeVar

import numpy as np
import numpy.typing as npt
from qiskit import QuantumCircuit

from circuits.resources import Resources, count
from classical_ref.checks import Floats as Floats
from classical_ref.checks import Integers, Rng
from classical_ref.checks import Spins as Spins
from classical_ref.shown import Shown, html_table
from qdenseam.spelling import Named

OutcomeSampler = Callable[[int, np.random.Generator], tuple[Spins, Integers]]
"""From a number of draws to outcomes ``(M, D)`` and how often each came ``(M,)``."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RecallLaw(Shown):
    """The exact distribution of one shot's outcome, computed without the circuit.

    ``joint.sum() + spurious + rejected == 1``.
    """

    joint: Floats
    """P(outcome is pattern μ, and accepted), shape ``(K,)``, in the order of the patterns."""
    spurious: float
    """P(outcome is no stored pattern, and accepted)."""
    rejected: float
    """P(the flags or the classical rule reject)."""
    distribution: Floats | None = None
    """P(outcome is x, and accepted) at index Σ_i b_i 2^i, shape ``(2**D,)``, where spurious
    outcomes are possible and 2^D of them can be listed."""
    sampler: OutcomeSampler | None = None
    """Draws so many accepted outcomes, for laws with too many spurious ones to list."""

    def __post_init__(self) -> None:
        total = float(self.joint.sum()) + self.spurious + self.rejected
        if not abs(total - 1) <= 1e-9:
            raise ValueError(f"a law should sum to 1. Got {total}.")
        for array in (self.joint, self.distribution):
            if array is not None:
                array.setflags(write=False)

    @property
    def acceptance(self) -> float:
        """P(accepted)."""
        return float(self.joint.sum()) + self.spurious

    @property
    def probabilities(self) -> Floats:
        """P(pattern μ given acceptance), shape ``(K,)``; zeros if nothing is ever accepted."""
        acceptance = self.acceptance
        return self.joint / acceptance if acceptance > 0 else np.zeros_like(self.joint)

    def _likeliest(self, number: int) -> list[tuple[int, float]]:
        """Return the likeliest patterns and their probabilities, the first among equals first."""
        order = np.argsort(-self.joint, kind="stable")[:number]
        return [(int(k), float(self.probabilities[k])) for k in order]

    def _facts(self) -> Mapping[str, object]:
        likeliest = [f"pattern {k}: {share:.4g}" for k, share in self._likeliest(1)]
        return {
            "num_patterns": len(self.joint),
            "likeliest": "".join(likeliest),
            "acceptance": self.acceptance,
            "spurious": self.spurious,
            "rejected": self.rejected,
        }

    def _more_html(self) -> str:
        rows = [(k, f"{share:.4g}", f"{self.joint[k]:.4g}") for k, share in self._likeliest(8)]
        return html_table(rows, header=("pattern", "P given acceptance", "P and accepted"))


def law_of_joint(joint: npt.ArrayLike) -> RecallLaw:
    """Return the law of a method that only ever accepts stored patterns."""
    joint = np.array(joint, dtype=float)
    return RecallLaw(joint=joint, spurious=0.0, rejected=max(0.0, 1.0 - float(joint.sum())))


def law_of_all(
    joint: Floats, distribution: Floats | None, sampler: OutcomeSampler | None = None
) -> RecallLaw:
    """Return the law of a method that accepts every shot, stored or not."""
    spurious = max(0.0, 1.0 - float(joint.sum()))
    return RecallLaw(
        joint=joint, spurious=spurious, rejected=0.0, distribution=distribution, sampler=sampler
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallResources(Resources):
    """What one shot costs, all-to-all, in CX and one-qubit gates."""

    state_preparations: int
    """How often the memory state is prepared or unprepared in one shot."""


class RecallMethod(Named, ABC):
    """A way to recall; subclasses are frozen dataclasses of plain fields.

    A builder may use the stored patterns and which positions of the probe are known, never this
    probe's distances: for fixed known positions two probes give circuits that differ only in X
    gates, each undone later, and angles. What breaks this rule says so by :attr:`peeks`.
    """

    kind: ClassVar[str] = "method"
    memory_type: ClassVar[type]
    acceptance_rule: ClassVar[Literal["all", "flags", "classical"]] = "all"
    """Which shots count: every one, those with all flags 0, or by :meth:`acceptance_of`."""
    preserves_memory_span: ClassVar[bool] = False
    """Whether the ideal state stays a superposition of stored patterns throughout."""
    peeks: ClassVar[bool] = False
    """Whether the builder reads the answer off this probe's distances: a competitor that must be
    shown, never chosen and never counted as quantum recall."""
    is_baseline: ClassVar[bool] = False
    """Whether quantum recall is measured by it: what needs no quantum computer to do as well."""
    corrects: ClassVar[bool] = True
    """Whether it is meant for probes with wrong bits too; the others complete unknown ones."""
    is_historic: ClassVar[bool] = False
    """Whether it is kept as it was published, and may fail where others do not."""

    def trained(self, memory: Any, probe: Spins | str, *, rng: Rng) -> Self:  # noqa: ARG002
        """Return the method with its angles set; methods without angles return themselves."""
        return self

    def training_seconds(self, memory: Any) -> float:  # noqa: ARG002
        """Return what :meth:`trained` is expected to take for one probe, on one core."""
        return 0.0

    @property
    def knows_match_count(self) -> bool:
        """Whether the circuit is right only for a claimed number of matches or acceptance."""
        return False

    @abstractmethod
    def circuit(self, memory: Any, probe: Spins | str) -> QuantumCircuit:
        """Return what is run: registers ``memory``, ``flag`` and ``ancilla``, unmeasured."""

    @abstractmethod
    def law(self, memory: Any, probe: Spins | str) -> RecallLaw:
        """Return the exact distribution of one shot."""

    def acceptance_of(self, memory: Any, probe: Spins, states: Spins) -> Floats:  # noqa: ARG002
        """Return the probability that the classical rule keeps each measured state, ``(shots,)``.

        1 unless ``acceptance_rule`` is ``"classical"``; it comes on top of the flags.
        """
        return np.ones(len(states))

    def state_preparations(self, memory: Any, probe: Spins | str) -> int:  # noqa: ARG002
        """Return how often one shot prepares or unprepares the memory state.

        As everything in a circuit it may depend on which neurons the probe knows.
        """
        return 1

    def resources(self, memory: Any, probe: Spins | str) -> RecallResources:
        """Return the cost of one shot; equals the built circuit exactly."""
        counted = count(self.circuit(memory, probe))
        preparations = self.state_preparations(memory, probe)
        return RecallResources(**asdict(counted), state_preparations=preparations)


def keep_floats(method: object, *names: str) -> None:
    """Make the named fields of a frozen method tuples of plain floats, where they are not None."""
    for name in names:
        if (values := getattr(method, name)) is not None:
            object.__setattr__(method, name, tuple(map(float, values)))


METHODS: dict[str, type[Named]] = {}
"""Every registered method by name, adaptive ones included."""
_Method = TypeVar("_Method", bound=type[Named])


def register(method: _Method) -> _Method:
    """Enter a method class under its ``name``; being registered gives it its tests and its rows.

    Raises:
        ValueError: The name is taken.
    """
    if method.name in METHODS:
        raise ValueError(f"a method named {method.name!r} is already registered.")
    METHODS[method.name] = method
    return method
