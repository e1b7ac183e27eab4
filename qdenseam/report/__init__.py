"""Reports: one self-contained HTML page with figures, tables, settings and versions."""
