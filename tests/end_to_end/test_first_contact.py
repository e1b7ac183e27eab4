"""What a first recall takes: no package that it does not use."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

README = Path(__file__).parents[2] / "README.md"
HEAVY = {"qiskit_ibm_runtime", "sklearn", "pandas", "matplotlib", "pennylane", "dask", "joblib"}
HEAVY |= {"numba"}  # so nothing is compiled


def loaded_after(code: str) -> set[str]:
    """Return the outermost packages in a new process that has run the code."""
    tail = "import sys\nprint(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tail}"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def first_snippet() -> str:
    found = re.search(r"^```python\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


def test_importing_imports_nothing_heavy() -> None:
    assert not loaded_after("import qdenseam") & (HEAVY | {"numpy", "scipy", "qiskit"})


@pytest.mark.parametrize("engine", ["aer", "exact", "statevector"])
def test_the_first_recall_imports_nothing_that_it_does_not_use(engine: str) -> None:
    snippet = first_snippet()
    assert 'sampler="aer"' in snippet
    loaded = loaded_after(snippet.replace('sampler="aer"', f'sampler="{engine}"'))
    assert not loaded & HEAVY
    assert ("qiskit_aer" in loaded) == (engine == "aer")
