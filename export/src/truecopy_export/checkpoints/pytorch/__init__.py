"""torch.save's files of both containers, read without torch.load: archive, pickle and tensors are each checked first."""
