"""A study of contenders, as a file would say it."""

from qdenseam.experiments.study import Entrant, FigureSpec, Study

MINE = Study(
    title="mine against ours",
    contenders=(Entrant(recall="first-come(1)"), Entrant(recall="vote"), Entrant(recall="nearest")),
    figures=(FigureSpec(x="num_patterns"),),
)
