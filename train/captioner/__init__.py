"""The recipe of models/starter/captioner: a small BLIP."""
