package assignment

import (
	"io/fs"
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/grader/grader/schema"
)

// name reads a text that names files and returns it in the form used to compare names.
func (d *decoder) name(n *node, what string) (string, bool) {
	s, ok := d.text(n, what)
	return schema.NormalPath(s), ok
}

// path reads the slash-separated name of a file of this repository.
func (d *decoder) path(n *node, what string) (string, bool) {
	s, ok := d.name(n, what)
	if !ok {
		return "", false
	}
	if s == "." || !fs.ValidPath(s) || strings.Contains(s, `\`) {
		d.fail(n, "%s %s must be a path below this repository such as tests/input.txt, with / and without a leading /, \"..\" or \".\"", what, quote(s))
		return "", false
	}
	return s, true
}

// directory reads the name of a directory and returns it with a trailing slash.
func (d *decoder) directory(n *node, what string) (string, bool) {
	s, ok := d.name(n, what)
	if !ok {
		return "", false
	}
	trimmed := strings.TrimSuffix(s, "/")
	if trimmed == "." || !fs.ValidPath(trimmed) || strings.Contains(s, `\`) {
		d.fail(n, "%s %s must be a directory below this repository such as starter/, without a leading /, \"..\" or \".\"", what, quote(s))
		return "", false
	}
	return trimmed + "/", true
}

// glob reads one pattern.
func (d *decoder) glob(n *node, what string) (string, bool) {
	s, ok := d.name(n, what)
	switch {
	case !ok:
		return "", false
	case strings.HasSuffix(s, "/"):
		d.fail(n, "%s %s ends with a slash; write %s for everything below", what, quote(s), quote(s+"**"))
	case s == "." || !fs.ValidPath(s) || !doublestar.ValidatePattern(s) || strings.Contains(s, `\`):
		d.fail(n, "%s %s must be a path or a pattern such as src/*.java or data/**, with / and without a leading /, \"..\" or \".\"", what, quote(s))
	case !quick(s):
		d.fail(n, "%s %s is too involved; write at most %d characters and %d groups in braces", what, quote(s), maxGlob, maxGroups)
	default:
		return s, true
	}
	return "", false
}

// globs reads a list of patterns.
func (d *decoder) globs(n *node, what string) []string {
	var patterns []string
	for _, item := range d.list(n, what, `["src/*.java"]`) {
		if s, ok := d.glob(item, what); ok {
			patterns = append(patterns, s)
		}
	}
	return patterns
}

// Bounds of a pattern: matching takes time exponential in its groups.
const (
	maxGlob   = 250
	maxGroups = 4
)

// quick reports whether a pattern can always be matched in a short time.
func quick(pattern string) bool {
	return len(pattern) <= maxGlob && strings.Count(pattern, "{") <= maxGroups
}

// matchGlob reports whether a path, in any Unicode form, matches a pattern that has been checked.
func matchGlob(pattern, path string) bool {
	return doublestar.MatchUnvalidated(pattern, schema.NormalPath(path))
}

// normalPath returns the path in a command in the form used by the index of the repository's files.
func normalPath(name string) string { return schema.NormalPath(path.Clean(name)) }
