"""From trained models back to documents."""
