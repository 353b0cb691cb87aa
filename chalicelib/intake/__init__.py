"""An upstream event becomes a case."""
