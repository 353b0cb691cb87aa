"""Plainer handlers the product is measured beside; each runs alone under the real Lambda bootstrap."""
