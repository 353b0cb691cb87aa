"""Who works the cases: sign-in, roles, worklists, and an audit of every look at personal data."""
