"""The forms, plain and fast."""
