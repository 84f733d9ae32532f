"""The studio: pictures as shops take them, of articles whose opacity is known exactly."""
