"""From judgments to credentials: assemble, sign, anchor, check, release, deliver."""
