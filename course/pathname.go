package course

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/grader/grader/schema"
)

// judgePath checks that every file system can hold a path, and that no tool treats it as git's own
// directory.
func judgePath(path string) (Finding, bool) {
	names := strings.Split(path, "/")
	code, why := FindingCode(""), ""
	switch {
	case !utf8.ValidString(path):
		code, why = FindingEncoding, "has a name that is not UTF-8"
	case strings.ContainsFunc(path, unicode.IsControl):
		code, why = FindingControl, "has a control character in its name"
	case strings.Contains(path, `\`):
		code, why = FindingBackslash, "has a backslash in its name, which some systems take for a directory"
	case len(names) > maxDepth:
		code, why = FindingDepth, fmt.Sprintf("is %d directories deep, and at most %d are accepted", len(names)-1, maxDepth-1)
	case len(path) > maxPathBytes:
		code, why = FindingPathLength, fmt.Sprintf("has a path of %d bytes, and at most %d are accepted", len(path), maxPathBytes)
	}
	for i := 0; i < len(names) && why == ""; i++ {
		code, why = judgeName(names[i])
	}
	return Finding{code, show(path) + " " + why, "rename it, or leave it out", []string{schema.RemoveCommand(path)}}, why != ""
}

func judgeName(name string) (FindingCode, string) {
	switch {
	case name == "" || name == "." || name == "..":
		return FindingOutside, "is not a path below the top of the repository"
	case len(name) > maxNameBytes:
		return FindingNameLength, fmt.Sprintf("has a name of %d bytes, and at most %d are accepted", len(name), maxNameBytes)
	case isGitDirectory(name):
		return FindingGitName, "may be taken for git's own directory .git"
	}
	return "", ""
}

// isGitDirectory reports whether some file system treats the name as ".git". Most ignore case. NTFS
// ignores trailing dots and blanks and ":stream", and accepts the name git~1. HFS+ skips invisible
// characters.
func isGitDirectory(name string) bool {
	visible := strings.Map(dropIgnored, name)
	visible, _, _ = strings.Cut(visible, ":")
	visible = strings.ToLower(strings.TrimRight(visible, ". "))
	return visible == ".git" || visible == "git~1"
}

// dropIgnored removes the characters that HFS+ ignores in names.
func dropIgnored(r rune) rune {
	switch {
	case r >= 0x200c && r <= 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x206a && r <= 0x206f, r == 0xfeff, r == 0x200b, r >= 0x2060 && r <= 0x2064:
		return -1
	}
	return r
}

// show makes an untrusted path safe to read. It quotes and escapes paths that are not plain and
// truncates long ones.
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

// fold returns the same text for names that differ only in case or in Unicode's forms.
func fold(name string) string {
	return schema.NormalPath(strings.Map(foldRune, schema.NormalPath(name)))
}

// foldRune returns the smallest rune that equals r except for case.
func foldRune(r rune) rune {
	smallest := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		smallest = min(smallest, next)
	}
	return smallest
}
