"""The starter editor: makes of a drawn picture the same one with one object recoloured, swapped or gone, as a
sentence asks.
"""
