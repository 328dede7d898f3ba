"""Where newer versions of this program are announced."""
