"""What is too long for a conversation, whole, on the disk."""
