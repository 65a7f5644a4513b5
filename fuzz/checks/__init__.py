"""What must hold of every answer, one module per kind of input."""
