# Style and types, in the order in which they are cheap. Sourced by ./run test, which stops at the first that fails.
say "ruff"
"$venv/bin/ruff" check -q .
"$venv/bin/ruff" format -q --check .
say "mypy"
"$venv/bin/mypy"
say "known vulnerabilities of what the locks pin"
"$venv/bin/python" tests/audited.py requirements.lock requirements-dev.lock >&2
