"""The starter ControlNet: thin white edges tell the starter painter where outlines belong."""
