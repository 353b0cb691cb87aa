"""One table of every timer, and each of its rows held."""
