"""All that is kept about one person: handing it out as an archive, and deleting it."""
