"""Signing in over the staff's user pool: OpenID Connect's code flow with PKCE (RFC 7636)."""
