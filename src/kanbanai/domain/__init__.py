"""What is true: values, rules and events. Pure: no I/O, no clock, no random, no logging."""
