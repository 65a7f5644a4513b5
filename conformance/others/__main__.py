"""Runs all networks, or those whose title has one of some words: `python -m conformance.others kimm`."""

import sys

from conformance.others.run import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
