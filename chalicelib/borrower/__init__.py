"""What a borrower does, one act per module."""
