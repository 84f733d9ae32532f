"""Requests to other servers, behind the SSRF guard."""
