import pytest

from qdenseam.spelling.names import UnknownNameError
from qdenseam.studies.stored import stored_names, stored_records


def test_what_is_stored_is_read_by_name() -> None:
    assert len(stored_names()) == 8
    both = stored_records("plan_study", "affine_study")
    assert both == stored_records("plan_study") + stored_records("affine_study")
    assert len({record.kind for record in both}) == 2
    with pytest.raises(UnknownNameError, match=r"Got 'plan'. Did you mean 'plan_study'"):
        stored_records("plan")
