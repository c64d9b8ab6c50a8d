"""Why: what the engine can do, over HTTP and one WebSocket. Handlers by subject (jobs, nodes, packs, workflows, files, models, events, health,
settings), each a few lines over what decides: the rooms of folders (`roots`), saved graphs (`saved`), uploads, pictures, the hub.

A handler declares its path, query, body and answer once (`routes`); requests are read, checked and described from that.
"""
