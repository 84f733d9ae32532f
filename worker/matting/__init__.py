"""From a photograph to a cutout: network, maps, hints, edges, foreground colours, confidence."""
