.PHONY: run serve test check

run:
	./graft run workflows/replace_object.json

serve:
	./graft serve

test:
	./graft test

check:
	./graft setup dev
	.venv/bin/python -m ruff check
	.venv/bin/python -m ruff format --check
	.venv/bin/python -m mypy
	./graft test
