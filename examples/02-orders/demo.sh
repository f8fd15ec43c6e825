# What `make demo` shows of this example: does it fit, what does it do, does it keep its word, and what
# is it on Azure, on AWS and on Google Cloud? (`cloudless deploy` builds with dependencies, which needs a package index.)
set -ex
cloudless check
cloudless run --events events.jsonl
python -m pytest -q
cloudless build prod --no-dependencies
cloudless build --provider aws --no-dependencies
cloudless build --provider gcp --no-dependencies
