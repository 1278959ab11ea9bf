"""Keras 3 archives and HDF5 files, on the torch backend."""
