"""The parts of `runtime.bus_amqp`: what stands on the broker, the connection to it, publishing, consuming."""
