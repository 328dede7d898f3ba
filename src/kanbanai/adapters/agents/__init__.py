"""Coding agents as programs that speak the Agent Client Protocol.

    preset + profile ─► setup ─► process ─► wire ─► translation ─► the run that listens
                                             └► transcript (every raw message, in order: the source of record)

`presets` says what differs from agent to agent, and nothing else does.
"""
