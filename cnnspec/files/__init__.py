"""Reading files without waiting, and writing files and folders as a whole."""
