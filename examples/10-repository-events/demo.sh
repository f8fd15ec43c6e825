# What `make demo` shows of this example: does it fit, what does it do, does it keep its word, and what
# is it on Azure, on AWS and on Google Cloud? (`cloudless deploy` builds with dependencies, which needs a package index.)
set -ex
cloudless check
rm -f build/events.db  # it knows what it was sent before, and would do nothing of it again
cloudless run --events events.jsonl --secret webhook-secret=demo --secret operator-keys=demo-key
python -m pytest -q test_app.py
cloudless build prod --no-dependencies
cloudless build --provider aws --no-dependencies
cloudless build --provider gcp --no-dependencies
