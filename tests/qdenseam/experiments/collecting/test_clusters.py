"""A Dask scheduler that is not there; tests/campaigns kills one that is."""

import pytest

from qdenseam.errors import BackendError
from qdenseam.experiments.collecting.clusters import dask_executor

pytest.importorskip("distributed")


def test_no_scheduler():
    with (
        pytest.raises(BackendError, match=r"running Dask scheduler.*Got 'nonsense://here'"),
        dask_executor("nonsense://here"),
    ):
        pass
