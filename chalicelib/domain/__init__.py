"""Pure rules of the field: standard library only, time and ids passed in."""
