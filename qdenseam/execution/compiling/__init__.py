"""From a circuit to one that a device can run: layout, routing, basis gates."""
