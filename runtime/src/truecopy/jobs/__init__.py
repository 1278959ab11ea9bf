"""Work over many items: finding images, timing."""
