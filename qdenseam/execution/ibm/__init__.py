"""IBM's devices: account, requests, samplers and jobs."""
