"""Installed packages add to kinds and engines; what is broken is said, and stops nothing else."""

from dataclasses import dataclass
from typing import ClassVar

import pytest

from qdenseam import plugins
from qdenseam.errors import BackendError
from qdenseam.execution import engine, engine_names
from qdenseam.execution.engines.simulators import StatevectorEngine
from qdenseam.execution.factories import check_study_engine, is_factory
from qdenseam.execution.job_service import JobService
from qdenseam.methods import Filter
from qdenseam.plugins import plugged_in
from qdenseam.spelling import parse, registered


@dataclass(frozen=True, slots=True)
class Half(Filter):
    """F(d) = 1/2."""

    name: ClassVar[str] = "half"

    def table(self, num_known):
        return [0.5] * (num_known + 1)


@dataclass(frozen=True, slots=True)
class Ball(Half):
    name: ClassVar[str] = "hamming-ball"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(StatevectorEngine):
    """Somebody's device.

    With a long story.
    """

    name: str = "paid"
    is_free = False

    def job_service(self):
        return object.__new__(JobService.__subclasses__()[0])


def toy(device="small"):
    return StatevectorEngine(name=f"toy:{device}")


class Entry:
    def __init__(self, name, thing):
        self.name, self.thing, self.value = name, thing, f"package:{name}"

    def load(self):
        if self.thing is None:
            raise ImportError("no such module")
        return self.thing


@pytest.fixture
def installed(monkeypatch):
    """What is declared, by group; filled by the test before it is asked."""
    declared = {}
    monkeypatch.setattr(plugins, "entry_points", lambda group: declared.get(group, []))
    plugged_in.cache_clear()
    yield declared
    plugged_in.cache_clear()


def test_a_filter_stands_beside_ours(installed) -> None:
    installed["qdenseam.filters"] = [Entry("half", Half), Entry("broken", None)]
    with pytest.warns(UserWarning, match=r"package:broken, .* cannot be loaded"):
        assert registered("filter")["half"] is Half
    assert parse("method", "sample-and-accept(half)").filter == Half()
    with pytest.raises(ValueError, match=r"Got 'halv'. Did you mean 'half'"):
        parse("filter", "halv")


def test_what_is_no_filter_or_has_our_name_is_left_out(installed) -> None:
    installed["qdenseam.filters"] = [Entry("text", "half"), Entry("ball", Ball)]
    with pytest.warns(
        UserWarning, match="should be a class of a filter|is already registered"
    ) as w:
        assert registered("filter")["hamming-ball"] is not Ball
    assert len(w) == 2


def test_engines_stand_beside_ours(installed) -> None:
    installed["qdenseam.engines"] = [Entry("Toy", toy), Entry("odd", dict), Entry("paid", Paid)]
    assert engine("toy").name == "toy:small"
    assert engine("TOY:large").name == "toy:large"
    assert not is_factory("toy:large")
    assert engine_names()["paid"] == "Somebody's device."
    assert engine_names()["Toy"] == "an engine of another package"
    check_study_engine("toy:large")
    with pytest.raises(ValueError, match="should cost nothing"):
        check_study_engine("paid")
    with pytest.raises(ValueError, match=r"Got 'tooy:large'\. Did you mean 'toy:large'"):
        engine("tooy:large")
    with pytest.raises(BackendError, match=r"'odd' should make an engine. Got dict"):
        engine("odd")
    with pytest.raises(BackendError, match=r"'paid', .* could not be made: TypeError: .* takes 1"):
        engine("paid:now")
