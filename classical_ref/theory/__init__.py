"""Theory of dense associative memories: capacities, dynamics of large memories, simulation."""
