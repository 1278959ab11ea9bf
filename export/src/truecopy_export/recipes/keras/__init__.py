"""Keras and TensorFlow: loaders, preprocess_input, layers."""
