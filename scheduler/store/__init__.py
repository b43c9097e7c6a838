"""What the scheduler remembers: which nominal times have been turned into runs."""
