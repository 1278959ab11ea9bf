"""Which set of weights is meant: the table of averages, by key and by numbers."""
