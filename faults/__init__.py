"""Kills commands at each of their system calls that change files, and checks what is left."""
