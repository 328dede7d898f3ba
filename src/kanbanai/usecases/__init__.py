"""What can be done: one module a topic, one function a verb, one transaction each. The only callers of `emit`."""
