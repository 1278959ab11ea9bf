"""torch.export programs: their document is read and written anew before torch sees it."""
