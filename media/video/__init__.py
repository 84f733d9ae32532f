"""Videos as proxy and worker share them: what is asked for, what a file is, where results lie, single frames."""
