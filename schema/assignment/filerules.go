package assignment

import (
	"strings"

	"github.com/grader/grader/schema"
)

// FileRules are the globs (with **) that a submission's files are held to. Paths are compared in
// Unicode's composed form, whatever form a system gave them. Required and Locked are paths from the top. Forbidden and Allow also match at any depth
// where they hold no slash: "*.class" forbids out/A.class too.
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

// Forbids returns the glob that forbids a path, "" for none.
func (f FileRules) Forbids(path string) string { return firstAnywhere(f.Forbidden, path) }

// Allows reports whether a path is kept for in-process tests although its name
// steers tools.
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
