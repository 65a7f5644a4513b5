"""Runs the command line with `python -m cnnspec`."""

from cnnspec.cli.main import run

if __name__ == "__main__":
    run()
