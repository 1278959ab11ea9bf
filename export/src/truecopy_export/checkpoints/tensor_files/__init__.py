"""Files of named tensors and nothing else: safetensors, shards with an index, Hugging Face folders."""
