"""What was planned for a person, what was done and what lies ahead, as blocks that several reports share."""
