"""Cutting out and showing a subject as remove.bg and its like are asked to: parameters, chains, kinds of subject."""
