package schema

import "strings"

// RemoveCommand returns the git command that removes files, or directories where a path ends
// with a slash, from the next commit and keeps them on disk.
func RemoveCommand(paths ...string) string {
	command := "git rm --cached"
	for _, p := range paths {
		if strings.HasSuffix(p, "/") {
			command = "git rm -r --cached"
		}
	}
	for _, p := range paths {
		command += " " + pathspec(strings.TrimSuffix(p, "/"))
	}
	return command
}

// RenameCommand returns the git command that renames a file or directory in the next commit.
func RenameCommand(from, to string) string { return "git mv " + ShellWord(from) + " " + ShellWord(to) }

// MoveUpCommand returns the git command that moves the contents of a directory to the top in
// the next commit.
func MoveUpCommand(dir string) string { return "git mv " + ShellWord(dir) + "/* ." }

// ExecutableCommand returns the git command that makes a file executable in the next commit.
func ExecutableCommand(path string) string { return "git update-index --chmod=+x " + ShellWord(path) }

// pathspec quotes a path for git as a shell word. Characters that cannot be typed become
// question marks, each of which matches one byte.
func pathspec(path string) string {
	switch {
	case Sanitize(path) != path || strings.ContainsAny(path, "\n\t"):
		return quoteWord(":(top,glob)" + anyByte(path))
	case strings.ContainsAny(path, "*?[\\") || strings.HasPrefix(path, ":"):
		return quoteWord(":(top,literal)" + path)
	}
	return ShellWord(path)
}

// ExceptWord returns the pattern that makes git add skip a path, as a shell word.
func ExceptWord(path string) string { return quoteWord(":(top,exclude,literal)" + path) }

// anyByte turns a path into a pattern. It replaces each byte that is not printable ASCII or is
// special in patterns with a question mark.
func anyByte(path string) string {
	pattern := []byte(path)
	for i, c := range pattern {
		if c < ' ' || c > '~' || strings.IndexByte(`*[\`, c) >= 0 {
			pattern[i] = '?'
		}
	}
	return string(pattern)
}

// ShellWord quotes a path as one shell word that no command parses as an option. It keeps
// characters that cannot be typed.
func ShellWord(path string) string {
	if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._/+,@%=-", r) || r > 0x7f
	}
	if path != "" && strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return quoteWord(path)
}

func quoteWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
