"""TorchScript archives: their source and pickles are read before torch sees them."""
