"""GitHub, through githubkit."""
