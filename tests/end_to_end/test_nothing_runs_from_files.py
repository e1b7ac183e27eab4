"""What could run code that a file holds, in the three packages: a list of places, with reasons."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALLOWED = {
    "classical_ref/saving.py": {"import_module"},  # our own rooms
    "qdenseam/bench/base.py": {"import_module"},  # the modules of its own folder
    "qdenseam/bench/collecting.py": {"import_module"},  # joblib, measured in a folder of its own
    "qdenseam/bench/signal_solvers.py": {"import_module"},  # the peers that it names
    "qdenseam/cli/study_folder.py": {"import_module"},  # what the user gave to --import
    "qdenseam/execution/engine_table.py": {"import_module"},  # the rooms that it names
    "qdenseam/execution/factories.py": {"import_module"},  # a user's; refused in studies' files
    "qdenseam/execution/jobs/folder.py": {"qpy.load"},  # builds circuits from a closed set of gates
    "qdenseam/experiments/collecting/running.py": {"pickle"},  # its own bytes: may an error travel?
    "qdenseam/experiments/collecting/trial_registry.py": {"import_module"},  # a caller's modules=
    "qdenseam/retrieval/circuits_kept.py": {"qpy.load"},  # what it packed itself, in memory
    "qdenseam/spelling/kinds.py": {"import_module"},  # the rooms that it names
    "qdenseam/studies/registry.py": {"import_module"},  # the studies that it names
}
"""Where which of them stands; a cluster's own transport pickles too, between its machines."""
MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "yaml", "runpy", "code"}
NAMES = {"eval", "exec", "__import__", "os.system", "os.popen", "qpy.load"}
MEMBERS = {"read_pickle", "exec_module", "spec_from_file_location"}


def risks(source):
    """Yield what a source could run code with; importing a module that it names itself is none."""
    nodes = list(ast.walk(ast.parse(source)))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    fixed = {id(call.func) for call in calls if named(call)}
    importers = {"importlib.import_module"}
    for node in nodes:
        if isinstance(node, ast.ImportFrom) and node.module == "importlib":
            importers.add("import_module")
    for node in nodes:
        match node:
            case ast.Import(names=names):
                yield from {each.name.partition(".")[0] for each in names} & MODULES
            case ast.ImportFrom(module=str(module)):
                yield from {module.partition(".")[0]} & MODULES
            case ast.Name() | ast.Attribute():
                text = ast.unparse(node)
                if text in NAMES or text.rpartition(".")[2] in MEMBERS:
                    yield text
                elif text in importers and id(node) not in fixed:
                    yield "import_module"
            case ast.Call(func=function, keywords=keywords):
                given = {each.arg: ast.unparse(each.value) for each in keywords}
                if ast.unparse(function) in {"np.load", "numpy.load"}:
                    yield from () if "allow_pickle" in given else ("np.load",)
                asked = {word for word in given if given[word] != "False"}
                yield from asked & {"shell", "allow_pickle"}


def named(call):
    """Whether a call's first argument is a text in the source, and no module that unpickles."""
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Constant) and first.value not in MODULES


def test_nothing_runs_what_a_file_holds_but_where_it_is_listed() -> None:
    found = {}
    for package in ("classical_ref", "circuits", "qdenseam"):
        for path in sorted((ROOT / package).rglob("*.py")):
            if here := set(risks(path.read_text(encoding="utf-8"))):
                found[path.relative_to(ROOT).as_posix()] = here
    assert found == ALLOWED


@pytest.mark.parametrize(
    ("line", "risk"),
    [
        ("from pickle import loads", "pickle"),
        ("import yaml", "yaml"),
        ("eval(text)", "eval"),
        ("os.system(text)", "os.system"),
        ("subprocess.run(text, shell=True)", "shell"),
        ("np.load(path)", "np.load"),
        ("np.load(path, allow_pickle=asked)", "allow_pickle"),
        ("importlib.import_module(data['module'])", "import_module"),
        ("importlib.import_module('joblib')", "import_module"),
        ("from importlib import import_module; map(import_module, names)", "import_module"),
    ],
)
def test_each_risk_is_seen(line, risk) -> None:
    assert set(risks(line)) == {risk}


def test_what_runs_nothing_is_no_risk() -> None:
    assert not set(risks("np.load(path, allow_pickle=False); importlib.import_module('cupy')"))
    assert not set(risks("def read(import_module, shell=False): load(import_module, shell=False)"))
