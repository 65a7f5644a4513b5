"""What every word of the language means, read from what declares it."""
