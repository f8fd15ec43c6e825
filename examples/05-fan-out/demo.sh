# What `make demo` shows of this example: does it fit, what does it do, does it keep its word?
set -ex
cloudless check
cloudless run request POST /surveys/sample  # six documents; /surveys/archive has a thousand
python -m pytest -q
