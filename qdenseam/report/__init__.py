"""Reports: one self-contained HTML page for a study, and one for a single recall."""

from qdenseam.report.view import recall_view

__all__ = ["recall_view"]
