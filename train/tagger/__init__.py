"""The recipe of models/starter/tagger: a small network in the file format of the WD14 family."""
