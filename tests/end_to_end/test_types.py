"""What a type checker says of users' code, and of what the packages promise in their signatures."""

import ast
import importlib
import os
import pkgutil
import re
import runpy
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from markdown_pages import PAGES, ROOT, name_of, python_of

SCRIPT = Path(__file__).with_name("users_script.py")
PACKAGES = ("classical_ref", "circuits", "qdenseam")
UNIMPORTED = ("__main__", "sinter_peer")  # rooms that run, or need a peer
SUBCLASSES_SAY = (
    r"qdenseam\.methods\.(base\.RecallMethod|adaptive\.AdaptiveMethod|energy\.energy_law\.LayeredMethod)"
    r"\.\w+\((memory|state)\)"
    r"|qdenseam\.methods\.adaptive\.Round\.memory"
)
"""What an abstract method leaves open: each of its subclasses says which memory it takes."""

QISKIT = ("--disable-error-code=import-untyped",)  # has no types


def test_the_users_script_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = runpy.run_path(str(SCRIPT))
    assert (result["classical"].states == result["data"].patterns[0]).all()
    assert (result["one"].pattern == result["data"].patterns[0]).all()
    assert (len(result["rates"]), result["rows"]) == (2, 2)


@pytest.fixture
def outside(tmp_path):
    """A folder with users' code: the script, and the Python of every page."""
    (tmp_path / SCRIPT.name).write_text(SCRIPT.read_text())
    for page in PAGES:
        if python_of(page):
            (tmp_path / f"{re.sub(r'[^a-z0-9]', '_', name_of(page).lower())}.py").write_text(
                python_of(page)
            )
    (tmp_path / "names.py").write_text(
        "".join(
            f"import {room}\n{room}.{name}\n" for room, names in public_names() for name in names
        )
    )
    return tmp_path


def public_names() -> Iterator[tuple[str, list[str]]]:
    """The names that each package and room offers."""
    for package in PACKAGES:
        top = importlib.import_module(package)
        rooms = [each.name for each in pkgutil.walk_packages(top.__path__, f"{package}.")]
        for room in [package, *(room for room in rooms if not room.endswith(UNIMPORTED))]:
            names = getattr(importlib.import_module(room), "__all__", ())
            if names:
                yield room, sorted(names)


def checked(folder: Path, *words: str) -> str:
    """Run a type checker there, with the packages as installed ones; return what it says."""
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", *words, *sorted(each.name for each in folder.glob("*.py"))],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
    )
    return done.stdout + done.stderr


@pytest.mark.slow
def test_mypy_strict_accepts_users_code_and_finds_their_faults(outside):
    """It does read our types: one probe is no list, a function no patterns."""
    (outside / "wrong.py").write_text(
        "from classical_ref import random_patterns\n"
        "from qdenseam import AmplitudeMemory, EnergyMemory, fetch, recall, submit\n"
        "memory = AmplitudeMemory(random_patterns(2, 4, rng=1))\n"
        "a: list[int] = recall(memory, '0?11')\n"
        "b: int = fetch(submit(memory, '0?11', backend='aer'))\n"
        "c = EnergyMemory(print)\n"
        "d = recall(memory, '0?11').probabilty\n"
    )
    said = checked(outside, "mypy", "--strict", "--allow-redefinition", "--config-file=", *QISKIT)
    errors = re.findall(r"^(.*): error:", said, re.MULTILINE)
    assert sorted(set(errors)) == [f"wrong.py:{line}" for line in (4, 5, 6, 7)], said


@pytest.mark.slow
@pytest.mark.skipif(find_spec("pyright") is None, reason="pyright is not installed")
def test_pyright_accepts_users_code(outside):
    assert "0 errors" in checked(outside, "pyright", "--pythonpath", sys.executable)


MAY_HOLD_ANY = {"dict", "Mapping", "tuple", "Field", "Literal"}


def says_nothing(annotation: ast.expr | None) -> bool:
    """Whether an annotation is Any: alone, in a union, as elements of an array or what is called.

    ``dict[str, Any]`` is the type of content read from JSON and TOML, as in ``tomllib``.
    """
    match annotation:
        case ast.Name(id="Any") | ast.Attribute(attr="Any"):
            return True
        case ast.Constant(value=str(text)):
            return says_nothing(ast.parse(text, mode="eval").body)
        case ast.BinOp(left=left, right=right):
            return says_nothing(left) or says_nothing(right)
        case ast.Subscript(value=outer, slice=inner):
            parts = inner.elts if isinstance(inner, ast.Tuple) else [inner]
            name = ast.unparse(outer).split(".")[-1]
            parts = parts[:1] if name == "Annotated" else parts
            return name not in MAY_HOLD_ANY and any(map(says_nothing, parts))
        case ast.List(elts=elements):
            return any(map(says_nothing, elements))
    return False


def public(body: list[ast.stmt], where: str) -> Iterator[tuple[str, ast.expr | None]]:
    """Every annotation of public functions, methods and fields, with its place."""
    for each in body:
        match each:
            case ast.ClassDef(name=name) if not name.startswith("_"):
                yield from public(each.body, f"{where}.{name}")
            case ast.AnnAssign(target=ast.Name(id=name)) if not name.startswith("_"):
                yield f"{where}.{name}", each.annotation
            case ast.Assign(targets=[ast.Name(id=name)], value=value) if re.match(
                "[A-Z].*[a-z]", name
            ):
                yield f"{where}.{name}", value  # an alias of a type
            case ast.FunctionDef(name=name, args=given) if not re.match("_[^_]", name):
                yield f"{where}.{name}()", each.returns
                for one in [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg]:
                    if one is not None:
                        yield f"{where}.{name}({one.arg})", one.annotation
                if given.kwarg is not None:
                    yield f"{where}.{name}(**)", given.kwarg.annotation


@pytest.mark.parametrize("package", PACKAGES)
def test_no_public_signature_says_any(package):
    """But of the command line, whose functions are no interface but their options."""
    found = []
    for file in (ROOT / package).rglob("*.py"):
        place = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        if place.startswith("qdenseam.cli"):
            continue
        annotations = list(public(ast.parse(file.read_text()).body, place))
        found += [name for name, annotation in annotations if says_nothing(annotation)]
    assert [name for name in found if not re.match(SUBCLASSES_SAY, name)] == []


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Any", True),
        ("typing.Any | None", True),
        ("'Any | str'", True),
        ("NDArray[Any]", True),
        ("Callable[[Any], int]", True),
        ("list[Any]", True),
        ("dict[str, Any]", False),
        ("Callable[[dict[str, Any]], int]", False),
        ("NDArray[np.int8]", False),
    ],
)
def test_annotations_that_say_nothing_are_told(text, answer):
    assert says_nothing(ast.parse(text, mode="eval").body) is answer
