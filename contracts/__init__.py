"""What crosses a process border: messages, REST models, clients, topology."""
