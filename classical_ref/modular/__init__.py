"""Memories built from neuron layers and hypersynapses."""
