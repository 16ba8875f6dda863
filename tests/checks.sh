say "ruff"; "$venv/bin/ruff" check -q . && "$venv/bin/ruff" format -q --check .
say "mypy"; "$venv/bin/mypy"
