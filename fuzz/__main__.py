"""The command `make fuzz`; for its options see `python -m fuzz --help`."""

from fuzz.running.command import main

if __name__ == "__main__":
    main()
