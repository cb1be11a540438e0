package grade

import (
	"path"
	"slices"
	"strings"
)

// recipeGo builds the topmost package or, if that is a library, the only program of its module. Without a go.mod it
// builds all files of the topmost directory that has Go files as one program.
func recipeGo(files []string, _ *subject) (recipe, error) {
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
[ "$(go list -f '{{.Name}}' . 2>/dev/null)" != main ] || exec go build -o "$out" .
cd "$(dirname "$(go env GOMOD)")"
set -- $(go list -f '{{if eq .Name "main"}}{{.ImportPath}}{{end}}' ./...)
if [ $# != 1 ]; then echo "$# of the module's packages are programs: keep one package main, or put it at the top; for a library, write build: steps in assignment.yaml instead of build: auto"; exit 1; fi
exec go build -o "$out" "$1"`
	return recipe{name: "go build", steps: [][]string{{"/bin/sh", "-e", "-c", script, "sh", recipeDir, recipeProgram, dir}}}, nil
}
