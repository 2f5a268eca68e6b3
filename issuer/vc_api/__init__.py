"""The issuer's VC-API: credentials signed on request, under several profiles side by side."""
