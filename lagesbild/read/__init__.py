"""Reads what somebody sent, exactly as they wrote it, one module a format."""
