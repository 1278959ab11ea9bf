"""From a TensorFlow function to ONNX, through tf2onnx."""
