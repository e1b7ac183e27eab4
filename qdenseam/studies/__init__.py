"""The studies that we ship, and what one is made of: here for whoever writes one."""

from qdenseam.experiments.study import FigureSpec
from qdenseam.studies.base import Drawing, Records
from qdenseam.studies.cells import Floats, by_task, cells_of, grid, mean_of, of_kind
from qdenseam.studies.checks import Check, held
from qdenseam.studies.registry import register
from qdenseam.studies.special import Row, SpecialStudy

__all__ = [
    "Check",
    "Drawing",
    "FigureSpec",
    "Floats",
    "Records",
    "Row",
    "SpecialStudy",
    "by_task",
    "cells_of",
    "grid",
    "held",
    "mean_of",
    "of_kind",
    "register",
]
