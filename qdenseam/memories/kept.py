"""What a frozen value has worked out of itself."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

Answer = TypeVar("Answer")


class Kept:
    """Answers that are expensive to find, each found once; a pickle or a deep copy has none."""

    __slots__ = ("_answers",)

    def __init__(self) -> None:
        self._answers: dict[Hashable, Any] = {}

    def __reduce__(self) -> tuple[type["Kept"], tuple[()]]:
        return Kept, ()

    def once(self, question: Hashable, find: Callable[[], Answer]) -> Answer:
        """Return what ``find`` returned when this question was first asked."""
        if question not in self._answers:
            self._answers[question] = find()
        answer: Answer = self._answers[question]
        return answer
