"""Who the school is: its DID, its keys, and the documents that publish them."""
