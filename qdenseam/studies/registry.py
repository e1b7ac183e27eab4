"""The studies by name: ours, those of installed packages, and those that a module registers.

An entry point ``qdenseam.studies`` names a :class:`SpecialStudy`, or a
:class:`~qdenseam.experiments.study.Study`, which is called as the entry point is.
"""

import warnings
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from importlib.resources import files
from inspect import signature
from pathlib import Path
from textwrap import indent
from typing import Final, TypeAlias

from classical_ref.checks import checked
from qdenseam.experiments.study import Study
from qdenseam.plugins import plugged_in
from qdenseam.spelling.names import unknown_name
from qdenseam.studies.contenders import ContenderStudy
from qdenseam.studies.special import SpecialStudy
from qdenseam.toml_text import read_toml, toml_text

AnyStudy: TypeAlias = SpecialStudy | ContenderStudy
"""What can be run, resumed, read, drawn and reported by its folder."""

_MODULES: Final[Mapping[str, str]] = {
    "capacity": "qdenseam.studies.capacity.study",
    "ledger": "qdenseam.studies.ledger",
    "energy": "qdenseam.studies.energy.study",
    "noise": "qdenseam.studies.noise.summary",
    "affine": "qdenseam.studies.noise.affine",
    "plans": "qdenseam.studies.noise.plans",
    "flags": "qdenseam.studies.noise.flags",
    "mimura-figure-1": "qdenseam.reproduce.mimura",
    "krotov-hopfield-xor": "qdenseam.reproduce.krotov_hopfield_xor",
    "krotov-hopfield-digits": "qdenseam.reproduce.krotov_hopfield_digits",
    "muon-noiseless": "qdenseam.reproduce.muon_noiseless",
    "muon-noisy": "qdenseam.reproduce.muon_noisy",
    "measure-attention": "qdenseam.reproduce.measure_attention",
    "softmax-context": "qdenseam.reproduce.softmax_context",
    "sparse-recovery": "qdenseam.reproduce.sparse_recovery",
    "syndrome-grover": "qdenseam.reproduce.syndrome_grover",
    "xor-energy": "qdenseam.reproduce.xor_energy",
}
"""Modules that register the studies that we ship, by the name of the study."""
_REGISTERED: dict[str, SpecialStudy] = {}


@checked
def register(study: SpecialStudy) -> SpecialStudy:
    """Enter a study under its name, and return it; defining the same one again replaces it.

    Raises:
        ValueError: It has no figure, or another one has its name.
    """
    if not study.figures:
        raise ValueError(f"study {study.name!r} should have at least one figure. Got none.")
    home, known = study.table.__module__, _REGISTERED.get(study.name)
    is_ours = study.name in _MODULES and not home.startswith("qdenseam.")
    if is_ours or study.name in _shipped_files() or (known and known.table.__module__ != home):
        raise ValueError(f"name should be free. Got {study.name!r}, the name of another study.")
    _REGISTERED[study.name] = study
    return study


def study_names() -> tuple[str, ...]:
    """Return the names of all studies, without loading ours."""
    return tuple(dict.fromkeys((*_MODULES, *_shipped_files(), *_plugged_in(), *_REGISTERED)))


@checked
def study_named(name: str) -> AnyStudy:
    """Return the study of a name.

    Raises:
        ValueError: There is none.
    """
    if name not in _REGISTERED and name in _MODULES:
        import_module(_MODULES[name])
    if name in _REGISTERED:
        return _REGISTERED[name]
    if name in _shipped_files():
        return ContenderStudy(Study.from_toml(_shipped_files()[name]))
    if name in _plugged_in():
        return _plugged_in()[name]
    raise unknown_name("study", name, study_names(), more=", or a .toml file")


@checked
def study_text(name: str) -> str:
    """Return the TOML file of a named study, to be kept, changed and collected.

    Of a study with a trial of its own it shows the settings as they are by default, in comments.

    Raises:
        ValueError: There is no such study.
    """
    named = study_named(name)
    if isinstance(named, SpecialStudy):
        defaults = {n: each.default for n, each in signature(named.tasks).parameters.items()}
        shown = toml_text({n: "not set" if each is None else each for n, each in defaults.items()})
        return toml_text({"study": name, "settings": {}}) + indent(shown, "# ")
    if name in _shipped_files():
        return _shipped_files()[name].read_text(encoding="utf-8")
    return toml_text(named.study.to_dict())


@checked
def open_study(path: str | Path) -> AnyStudy:
    """Return the study of a TOML file: one of contenders, or a named one with its settings.

    .. code-block:: toml

        study = "noise"
        [settings]
        devices = ["fake:kyiv"]
        num_instances = 5

    Raises:
        ValueError: The file is no TOML, or no study; the message names the file.
        OSError: The file cannot be read.
    """
    path = Path(path)
    try:
        content = read_toml(path)
        if "study" not in content:
            return ContenderStudy(Study.from_toml(path))
        named, settings = study_named(content["study"]), content.get("settings", {})
        if unknown := content.keys() - {"study", "settings"}:
            what, known = "a file that names a study", ("study", "settings")
            raise unknown_name(what, min(unknown), known, wanted="have keys among")
        if not isinstance(named, SpecialStudy):
            name = content["study"]
            raise ValueError(
                f"study should be one with settings. {name!r} is a file of contenders: have "
                f"qdenseam collect {name} --show print it, and change a copy."
            )
        return replace(named, settings=settings)
    except (ValueError, TypeError) as error:
        said = str(error)
        raise ValueError(said if said.startswith(f"{path}") else f"{path}: {said}") from error


def reproductions() -> list[SpecialStudy]:
    """Return the studies that make a published result again."""
    every = (study_named(name) for name in study_names())
    return [each for each in every if isinstance(each, SpecialStudy) and each.source]


def _shipped_files() -> dict[str, Path]:
    room = Path(str(files("qdenseam.studies")))
    return {path.stem: path for path in sorted(room.glob("*.toml"))}


def _plugged_in() -> dict[str, AnyStudy]:
    """Return what installed packages add; what is no study is warned of."""
    found: dict[str, AnyStudy] = {}
    for name, thing in plugged_in("studies").items():
        if isinstance(thing, Study):
            found[name] = ContenderStudy(thing)
        elif isinstance(thing, SpecialStudy):
            found[thing.name] = thing
        else:
            said = f"the entry point {name!r} should be a study. Got {type(thing).__name__}."
            warnings.warn(said, stacklevel=2)
    return found
