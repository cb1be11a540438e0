#!/bin/bash
# tracked.sh [DIR]: fails when the git checkout DIR (default: this one) tracks a file over
# 1 MiB or a compiled program (ELF, Mach-O, PE, Java class, Python bytecode,
# WebAssembly, static library).
# Tests that need such inputs make them.
set -eu -o pipefail
cd "${1:-$(dirname "$0")/..}"
bad=0
report() {
  echo "$1: $2; remove it with: git rm --cached '$1'" >&2
  bad=1
}
while IFS= read -r -d '' file; do
  report "$file" "over 1 MiB"
done < <(git ls-files -z | find -files0-from - -maxdepth 0 -type f -size +1048576c -print0 2>/dev/null)
# Git itself says which files are not text.
while IFS= read -r file; do
  [ -f "$file" ] && [ ! -L "$file" ] || continue
  case "$(head -c 4 "$file" | od -An -tx1 | tr -d ' \n')" in
    7f454c46 | ??0d0d0a | feedface | feedfacf | cefaedfe | cffaedfe | cafebabe | 4d5a* | 0061736d | 213c6172)
      report "$file" "a compiled program" ;;
  esac
done < <(git -c core.quotePath=false ls-files --eol | awk -F'\t' '$1 ~ /^i\/-text/ {print $2}')
exit "$bad"
