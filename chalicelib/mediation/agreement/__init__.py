"""A mediation agreement: drafted, commented on, frozen, signed, sealed, confirmed."""
