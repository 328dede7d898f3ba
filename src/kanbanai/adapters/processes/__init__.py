"""Programs that the server starts: agents, scripts, shells. What is started is found again, and ended whole."""
