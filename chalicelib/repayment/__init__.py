"""Plans kept: payments put to instalments, breaches found, plans renegotiated."""
