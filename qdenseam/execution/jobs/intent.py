"""The intent: everything needed to send a submission and to read its answer, written first."""

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from qdenseam.errors import CapacityError
from qdenseam.files import MAX_ROW_BYTES, row_of
from qdenseam.formats import Intent
from qdenseam.schema import door, read_as

_REMEDY = (
    "Restore the file from a copy: what was sent is still at its service, under the ids in "
    "events.jsonl beside it."
)


def to_json(intent: Intent) -> bytes:
    """Return an intent as JSON.

    Raises:
        TypeError: Its payload holds more than plain data and arrays.
        ValueError: There is a number that JSON has not.
        CapacityError: It is larger than what is read back.
    """
    data = json.dumps(asdict(intent), allow_nan=False, indent=1, default=_plain).encode() + b"\n"
    if len(data) > MAX_ROW_BYTES:
        raise CapacityError(
            f"a submission should take at most {MAX_ROW_BYTES} bytes. Got {len(data)}; store fewer "
            "patterns, or submit fewer probes at once."
        )
    return data


def from_json(data: bytes, place: object) -> Intent:
    """Return the intent that :func:`to_json` wrote; ``place`` names it in errors.

    Raises:
        ResultsFileError: The data is no intent, or one of another version.
    """
    with door(place, _REMEDY):
        intent: Intent = read_as(Intent, row_of(data))
        if len({plan.tag for plan in intent.jobs}) < len(intent.jobs):
            raise ValueError("jobs should have tags of their own. Got one twice.")
        left = [intent.shots] * len(intent.registers)
        for index, plan in enumerate(intent.jobs):
            for circuit in range(plan.first, plan.first + plan.num_circuits):
                if circuit >= len(left):
                    raise ValueError(
                        f"jobs[{index}] should be of circuits below {len(left)}. Got {circuit}."
                    )
                left[circuit] -= plan.shots
        if not left or any(left):
            raise ValueError(f"jobs should take {intent.shots} shots of each circuit. Got others.")
    return intent


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray | np.generic):
        return value.tolist()
    raise TypeError(f"a payload should be plain data and arrays. Got {type(value).__name__}.")
