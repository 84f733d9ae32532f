"""The Upload API: files from pages that know the public key, directly, from addresses and in parts; groups of them."""
