"""What an ONNX file says about its own preprocessing."""
