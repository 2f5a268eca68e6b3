"""The seam for durable workflows: named steps, one transaction each."""
