"""TensorFlow SavedModels, Keras 2 HDF5 and TensorFlow.js layers models."""
