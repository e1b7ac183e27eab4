"""Named reproductions: a published result made again, with a table of how well it agrees."""

from qdenseam.reproduce.base import Check, Reproduced, Reproduction
from qdenseam.reproduce.registry import REPRODUCTIONS, reproduce

__all__ = ["REPRODUCTIONS", "Check", "Reproduced", "Reproduction", "reproduce"]
