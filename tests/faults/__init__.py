"""Every AWS call of the road made to fail in every way, and what must still hold."""
