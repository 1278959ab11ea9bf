"""albumentations: a Compose of transforms of arrays."""
