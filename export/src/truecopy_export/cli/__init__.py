"""`truecopy export` and `truecopy attach`, which the runtime's command finds by their entry points."""
