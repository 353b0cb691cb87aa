"""HTTP alone: one Blueprint per audience, each door a few lines."""
