"""transformers: image processors of both backends."""
