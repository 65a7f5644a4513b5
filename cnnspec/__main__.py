"""Runs the command line as `python -m cnnspec`."""

from cnnspec.cli.main import run

if __name__ == "__main__":
    run()
