"""Diagnostics: problems, the report that collects them, their codes and how they are printed."""
