"""The commands of ``issuer``, one module for each kind of work."""
