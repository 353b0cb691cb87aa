"""The journeys, one a module: which pages they have, and when each is asked."""
