"""The edge: requests in, answers out. Knows what a header is; decides nothing."""
