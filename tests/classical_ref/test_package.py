import subprocess
import sys

import pytest

import classical_ref


def test_importing_the_package_imports_nothing_heavy():
    code = (
        "import sys, classical_ref; "
        "loaded = {name.split('.')[0] for name in sys.modules}; "
        "print(sorted(loaded & {'numpy', 'numba', 'scipy', 'sklearn', 'matplotlib', 'qiskit'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_recall_of_a_small_memory_needs_no_numba():
    code = (
        "import sys, classical_ref; "
        "classical_ref.DenseMemory([[1, 1, -1]]).recall('00?'); "
        "loaded = {name.split('.')[0] for name in sys.modules}; "
        "print(sorted(loaded & {'numba', 'sklearn', 'matplotlib', 'qiskit'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_public_name_is_there_and_explained():
    for name in classical_ref.__all__:
        assert name in dir(classical_ref)
        assert getattr(classical_ref, name).__doc__, name


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match=r"classical_ref attribute Nothing"):
        _ = classical_ref.Nothing
