"""Feeds cnnspec what nobody would write, and checks what must hold of every answer."""
