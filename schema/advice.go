package schema

import (
	"strings"
	"unicode/utf8"
)

// RemoveCommand returns the git command that takes files, or directories where a path
// ends with a slash, out of the next commit and leaves them on the disk.
func RemoveCommand(paths ...string) string {
	command := "git rm --cached"
	for _, p := range paths {
		if strings.HasSuffix(p, "/") {
			command = "git rm -r --cached"
		}
	}
	for _, p := range paths {
		command += " " + shellWord(strings.TrimSuffix(p, "/"))
	}
	return command
}

// RenameCommand returns the git command that gives a file or directory another name in the next commit.
func RenameCommand(from, to string) string { return "git mv " + shellWord(from) + " " + shellWord(to) }

// MoveUpCommand returns the git command that moves what is in a directory to the top in the next commit.
func MoveUpCommand(dir string) string { return "git mv " + shellWord(dir) + "/* ." }

// ExecutableCommand returns the git command that gives a file its execute bit in the next commit.
func ExecutableCommand(path string) string { return "git update-index --chmod=+x " + shellWord(path) }

// shellWord quotes a path where a shell, or git's patterns, would take it for something else.
func shellWord(path string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._/+,@%=-", r) || r > 0x7f
	}
	if unsafe := func(r rune) bool { return r == '\n' || r == '\t' || unsafeRune(r) }; strings.ContainsFunc(path, unsafe) || !utf8.ValidString(path) {
		// What must not be printed is any text to git.
		return "'" + strings.Map(func(r rune) rune {
			if unsafe(r) || r == utf8.RuneError || strings.ContainsRune("'*?[]\\", r) {
				return '*'
			}
			return r
		}, path) + "'"
	}
	if strings.ContainsAny(path, "*?[\\") || strings.HasPrefix(path, ":") {
		path = ":(top,literal)" + path
	} else if strings.HasPrefix(path, "-") {
		path = "./" + path
	}
	if strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
}
