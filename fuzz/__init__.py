"""Feeds cnnspec random inputs of each kind, and checks what must hold of every answer."""
