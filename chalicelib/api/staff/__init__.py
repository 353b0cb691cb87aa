"""The staff's console over HTTP: a function of its own, so that a borrower's page can do nothing of this."""
