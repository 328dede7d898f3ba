"""The demo agent: a real program that speaks the Agent Client Protocol and needs no model, no key and no network.

It plans, thinks, writes files, runs a command, asks once for a permission and tells what it did, so that a newcomer
sees all that a coding agent does, and a test can have any of it on demand. Words in the prompt steer it (`words`). It
is an agent like any other: it imports nothing of the server, and the server knows it only by its command.
"""
