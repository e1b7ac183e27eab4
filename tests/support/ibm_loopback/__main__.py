"""``python -m ibm_loopback``: print the environment of a client as JSON, serve until stdin ends."""

import argparse
import json
import sys

from ibm_loopback.server import LoopbackIBM


def main() -> None:
    parser = argparse.ArgumentParser(prog="ibm_loopback", description=__doc__)
    parser.add_argument("--rate", type=float, default=0.0, help="share of requests that fail")
    parser.add_argument("--seed", type=int, default=0, help="seed of failures and shots")
    parser.add_argument("--port", type=int, default=0, help="port, any free one by default")
    chosen = parser.parse_args()
    with LoopbackIBM(seed=chosen.seed, rate=chosen.rate, port=chosen.port) as service:
        sys.stdout.write(json.dumps(service.environment) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
        state = service.state
        jobs = [{"tags": job.tags, "status": job.status} for job in state.jobs.values()]
        seen = {"requests": len(state.requests), "failures": state.num_failures, "jobs": jobs}
        sys.stdout.write(json.dumps(seen) + "\n")


if __name__ == "__main__":
    main()
