"""HTTP in and out: forms, negotiation, responses, middleware, health."""
