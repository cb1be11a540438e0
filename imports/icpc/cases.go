package icpc

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/grader/grader/schema/assignment"
)

// caseNames names the cases of a family after their files. A contest's judge runs files in
// lexicographic order. Here numbers are sorted by value, so the names are changed to give the same
// order.
func caseNames(f family) []string {
	names := make([]string, len(f.cases))
	common := commonDir(f.cases)
	taken := map[string]bool{}
	for n, c := range f.cases {
		names[n] = strings.ReplaceAll(strings.TrimPrefix(c.stem, common), "/", "-")
		if strings.Trim(names[n], ".") == "" || taken[names[n]] {
			names[n] = fmt.Sprintf("case%d-%s", n+1, path.Base(c.stem))
		}
		taken[names[n]] = true
	}
	if slices.IsSortedFunc(names, func(a, b string) int { return assignment.NaturalCompare(a+".in", b+".in") }) {
		return names
	}
	for n := range names {
		names[n] = fmt.Sprintf("%0*d-%s", len(fmt.Sprint(len(names))), n+1, names[n])
	}
	return names
}

// commonDir returns the directory that contains all cases, with a trailing slash.
func commonDir(cases []testCase) string {
	common := path.Dir(cases[0].stem) + "/"
	for _, c := range cases {
		for !strings.HasPrefix(c.stem, common) {
			common = path.Dir(strings.TrimSuffix(common, "/")) + "/"
		}
	}
	return common
}

// caseSidecar returns a YAML file with the arguments and the hint of a case.
func caseSidecar(c testCase) ([]byte, error) {
	return yaml.Marshal(struct {
		Args []string `yaml:"args,omitempty,flow"`
		Hint string   `yaml:"hint,omitempty"`
	}{c.args, c.hint})
}
