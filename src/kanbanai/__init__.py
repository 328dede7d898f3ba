"""KanbanAI: a Kanban board whose cards become pull requests, live over Server-Sent Events."""
