"""The user's files and editors, as far as a browser may be told of them."""
