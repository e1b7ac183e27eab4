"""What all rows of benchmarks are: frozen numbers and names, plain where they are written."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a table."""

    def to_dict(self) -> dict[str, Any]:
        """Return the plain fields."""
        return asdict(self)
