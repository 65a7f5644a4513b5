"""Example specs of the keys and words of the language, each of which validates."""
