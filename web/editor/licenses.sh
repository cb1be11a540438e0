#!/bin/bash
# licenses.sh DIR: prints the licences of the packages in the node_modules directory DIR that
# web/static/editor.js is made of.
set -eu -o pipefail
export LC_ALL=C
cd "$1"
echo "The editor of this site, editor.js, contains these packages."
for dir in * @*/*; do
  [ -f "$dir/package.json" ] || continue
  printf '\n== %s\n\n' "$dir"
  cat "$dir/LICENSE"
done
