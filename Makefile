.PHONY: run test check

run:
	./graft run workflows/replace_object.json

test:
	./graft test

check:
	./graft setup dev
	.venv/bin/python -m ruff check
	.venv/bin/python -m ruff format --check
	.venv/bin/python -m mypy
	./graft test
