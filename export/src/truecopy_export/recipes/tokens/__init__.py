"""Sequences: a `TextRecipe` or `TokensInput`, a YAML file, and the tokenizers that are refused by name."""
