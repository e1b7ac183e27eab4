"""Circuits with hubs, made for the couplings of a device."""
