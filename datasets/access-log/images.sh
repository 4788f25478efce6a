#!/usr/bin/env bash
# Builds the images of parse and summarize into this machine's container engine, without a registry.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
build="$here/../../infra/images/build.sh"
"$build" localhost/talflow/access-log-parse:1 --language node --function "$here/parse" --handler parse.mjs
"$build" localhost/talflow/access-log-summarize:1 --language java --function "$here/summarize" --handler Summarize
