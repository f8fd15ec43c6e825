# What `make demo` shows of this example: does it fit, what does it do, does it keep its word?
set -ex
cloudless check
cloudless run --events events.jsonl --secret link-key='an example of thirty-two letters'  # nobody answers
python -m pytest -q
