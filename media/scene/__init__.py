"""What the network and the detectors found in a source."""
