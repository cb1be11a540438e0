package course

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/grader/grader/schema"
)

// judgePath says what is wrong with a path and the way out, "" for nothing: it must
// be a name that every file system can hold, and that no tool takes for git's own.
func judgePath(path string) string {
	names := strings.Split(path, "/")
	switch {
	case !utf8.ValidString(path):
		return "is no UTF-8 name: rename it"
	case strings.ContainsFunc(path, unicode.IsControl):
		return "has a control character in its name: rename it"
	case strings.Contains(path, `\`):
		return "has a backslash in its name, which some systems take for a directory: rename it"
	case len(names) > maxDepth:
		return fmt.Sprintf("is %d directories deep, and %d is the most: move it up", len(names)-1, maxDepth-1)
	case len(path) > maxPathBytes:
		return fmt.Sprintf("has a path of %d bytes, and %d is the most: shorten it", len(path), maxPathBytes)
	}
	for _, name := range names {
		if why := judgeName(name); why != "" {
			return why
		}
	}
	return ""
}

func judgeName(name string) string {
	switch {
	case name == "" || name == "." || name == "..":
		return "is no path below the top of the repository: rename it"
	case len(name) > maxNameBytes:
		return fmt.Sprintf("has a name of %d bytes, and %d is the most: shorten it", len(name), maxNameBytes)
	case isGitDirectory(name):
		return "is or may be taken for git's own directory .git: rename it"
	}
	return ""
}

// isGitDirectory reports whether some file system takes the name for ".git": case is
// ignored by most of them, ends of dots and blanks and ":stream" by NTFS, which also
// knows it as git~1, and HFS+ skips invisible characters.
func isGitDirectory(name string) bool {
	visible := strings.Map(dropIgnored, name)
	visible, _, _ = strings.Cut(visible, ":")
	visible = strings.ToLower(strings.TrimRight(visible, ". "))
	return visible == ".git" || visible == "git~1"
}

// dropIgnored drops the characters that HFS+ ignores in names.
func dropIgnored(r rune) rune {
	switch {
	case r >= 0x200c && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x206a && r <= 0x206f, r == 0xfeff, r == 0x200b, r >= 0x2060 && r <= 0x2064:
		return -1
	}
	return r
}

// show makes a path that a stranger chose safe to read: as it is where it is plain,
// else quoted and escaped; cut where it is long.
func show(path string) string {
	const longest = 120
	if r := []rune(path); len(r) > longest {
		path = string(r[:longest]) + "…"
	}
	if quoted := strconv.Quote(path); quoted != `"`+path+`"` || strings.ContainsAny(path, ";") || path == "" || strings.TrimSpace(path) != path {
		return quoted
	}
	return path
}

// fold returns the form in which names that differ only in case, or in Unicode's forms, are equal.
func fold(name string) string {
	return schema.NormalPath(strings.Map(foldRune, schema.NormalPath(name)))
}

// foldRune returns the smallest rune that equals r but for case.
func foldRune(r rune) rune {
	smallest := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		smallest = min(smallest, next)
	}
	return smallest
}
