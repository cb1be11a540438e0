package assignment

import (
	"strings"

	"github.com/grader/grader/schema"
)

// FileRules holds the globs (with **) that a submission's files must satisfy. Paths are compared in
// Unicode's composed form. Required and Locked match from the root of the repository. Patterns of
// Forbidden and Allow without a slash match at any depth: "*.class" forbids out/A.class too.
type FileRules struct {
	Required, Forbidden, Locked, Allow []string
}

// Missing returns the required globs that no path matches, in their order.
func (f FileRules) Missing(paths []string) []string {
	var missing []string
	for _, pattern := range f.Required {
		if !matchesAny(pattern, paths) {
			missing = append(missing, pattern)
		}
	}
	return missing
}

func matchesAny(pattern string, paths []string) bool {
	for _, p := range paths {
		if matchMeant(pattern, p) {
			return true
		}
	}
	return false
}

// Forbids returns the glob that forbids a path, or "" if none does.
func (f FileRules) Forbids(path string) string { return firstAnywhere(f.Forbidden, path) }

// Allows reports whether a path is kept for in-process tests although tools treat its name
// specially.
func (f FileRules) Allows(path string) bool { return firstAnywhere(f.Allow, path) != "" }

// Locks reports whether the path is always taken from starter/.
func (f FileRules) Locks(path string) bool {
	for _, pattern := range f.Locked {
		if matchGlob(pattern, path) {
			return true
		}
	}
	return false
}

func firstAnywhere(patterns []string, path string) string {
	path = schema.NormalPath(path)
	name := path[strings.LastIndex(path, "/")+1:]
	for _, pattern := range patterns {
		if matchGlob(pattern, path) || !strings.Contains(pattern, "/") && matchGlob(pattern, name) {
			return pattern
		}
	}
	return ""
}
