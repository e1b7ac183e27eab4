"""Devices as their calibration describes them: parts, noise, predicted success."""
