"""Figures: each function draws on the axes it is given and returns them.

One visual grammar: theory is a thin line, the classical reference has open markers, quantum
methods have filled ones, baselines are gray and dashed.
"""
