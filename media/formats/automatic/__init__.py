"""What is left to us: with which loss, at which quality a picture is written, and whether its stored file will do."""
