"""The central bank's front end of national inter-bank business, simulated: a party outside of the bank, with a queue of its own.

`simulator.py` is what it answers, pure and repeatable by its seed; `memory.py` what it remembers over a restart; `process.py` how it hears
and speaks over the bus, in the bank's process or in its own.
"""
