"""From a torch module to ONNX bytes that hold: traced, cleaned, checked."""
