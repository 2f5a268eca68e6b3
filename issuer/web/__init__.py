"""What every page and public document shares: layout, style, headers, content negotiation."""
