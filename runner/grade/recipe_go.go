package grade

import (
	"path"
	"slices"
	"strings"
)

// recipeGo builds the package at the top, or that of the only go.mod, or all files of the
// top directory as one program where there is no go.mod.
func recipeGo(files []string) (recipe, error) {
	var sources []string
	for _, f := range files {
		if !strings.HasSuffix(f, "_test.go") {
			sources = append(sources, f)
		}
	}
	if len(sources) == 0 {
		return recipe{}, &buildFailure{"only tests: no Go file to build"}
	}
	dir := path.Dir(slices.MinFunc(sources, func(a, b string) int { return strings.Count(a, "/") - strings.Count(b, "/") }))
	script := `mkdir -p "$1"; out=$PWD/$2; cd "./$3"
if [ -z "$(go env GOMOD)" ] || [ "$(go env GOMOD)" = /dev/null ]; then
	set --; for f in *.go; do case $f in *_test.go) ;; *) set -- "$@" "$f";; esac; done
	exec go build -o "$out" "$@"
fi
exec go build -o "$out" .`
	return recipe{name: "go build", steps: [][]string{{"/bin/sh", "-e", "-c", script, "sh", recipeDir, recipeProgram, dir}}}, nil
}
