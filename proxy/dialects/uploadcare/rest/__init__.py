"""The REST API v0.7: files, groups, webhooks, add-ons, for holders of the secret key."""
