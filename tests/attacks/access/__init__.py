"""Strangers who would see what is not theirs: pictures, what is made of them, and how long an answer is kept."""
