"""Runs the command line as `python -m cnnspec`."""

from cnnspec.cli import main

if __name__ == "__main__":
    main(prog_name="cnnspec")
