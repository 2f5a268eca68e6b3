"""What a credential is and how its bytes are secured. Pure: no network, no clock, no database."""
