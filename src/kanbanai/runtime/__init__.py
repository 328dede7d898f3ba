"""What goes on without a request: agents at work, reactions to events, housekeeping."""
