"""torchvision: transforms v1 and v2, on PIL pictures and on tensors."""
