"""What a first recall takes: no package that it does not use."""

import subprocess
import sys

import pytest
from markdown_pages import README, blocks

HEAVY = {"qiskit_ibm_runtime", "sklearn", "pandas", "matplotlib", "pennylane", "dask", "joblib"}
HEAVY |= {"numba"}  # so nothing is compiled


def loaded_after(code: str) -> set[str]:
    """Return the outermost packages in a new process that has run the code."""
    tail = "import sys\nprint(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{tail}"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_importing_imports_nothing_heavy() -> None:
    assert not loaded_after("import qdenseam") & (HEAVY | {"numpy", "scipy", "qiskit"})


@pytest.mark.parametrize("engine", ["aer", "exact", "statevector"])
def test_the_first_recall_imports_nothing_that_it_does_not_use(engine: str) -> None:
    snippet = blocks(README, "python")[0]
    assert 'sampler="aer"' in snippet
    loaded = loaded_after(snippet.replace('sampler="aer"', f'sampler="{engine}"'))
    assert not loaded & HEAVY
    assert ("qiskit_aer" in loaded) == (engine == "aer")
