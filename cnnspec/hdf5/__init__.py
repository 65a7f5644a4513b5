"""Reads HDF5 files without HDF5's own C library, in bounded time and memory."""
