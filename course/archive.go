package course

import (
	"path"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// loneArchive returns the archive that a push consists of, "" for none. A read-me and files whose
// names begin with a dot do not count as other files. It returns "" for assignments that require an
// archive or unpack one.
func loneArchive(spec *assignment.Spec, entries []TreeEntry) string {
	if spec == nil || takesArchives(spec) {
		return ""
	}
	archive := ""
	for _, e := range entries {
		base := strings.ToLower(path.Base(e.Path))
		switch {
		case isArchive(base):
			if archive == "" {
				archive = e.Path
			}
		case strings.HasPrefix(base, "."), strings.HasPrefix(base, "readme"), strings.HasPrefix(base, "license"):
		default:
			return ""
		}
	}
	return archive
}

// archived returns a finding that tells the person to push the contents of the archive instead.
func archived(name string) Finding {
	one := Finding{Code: FindingArchive, Text: "you pushed one archive, " + show(name) + ", and no files", Remedy: "unpack it, and push its files in place of it"}
	unpack := ""
	switch lower := strings.ToLower(name); {
	case strings.HasSuffix(lower, ".zip"):
		unpack = "unzip -q " + schema.ShellWord(name)
	case strings.Contains(path.Base(lower), ".tar"), strings.HasSuffix(lower, ".tgz"), strings.HasSuffix(lower, ".tbz2"), strings.HasSuffix(lower, ".txz"):
		unpack = "tar -xf " + schema.ShellWord(name)
	default:
		one.Remedy += "; " + schema.RemoveCommand(name) + " leaves it out"
		return one
	}
	one.Commands = []string{unpack, schema.RemoveCommand(name), "git add -A -- . " + schema.ExceptWord(name)}
	return one
}

// isArchive reports whether a name has the suffix of an archive.
func isArchive(name string) bool {
	return slices.ContainsFunc([]string{".zip", ".rar", ".7z", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst"},
		func(ending string) bool { return strings.HasSuffix(name, ending) })
}

// takesArchives reports whether an assignment asks for an archive, or unpacks one.
func takesArchives(spec *assignment.Spec) bool {
	for _, pattern := range slices.Concat(spec.Files.Required, spec.Files.Allow) {
		if isArchive(strings.ToLower(pattern)) {
			return true
		}
	}
	var commands []assignment.Command
	for _, step := range spec.Build {
		commands = append(commands, step.Run)
	}
	for _, t := range spec.Tests {
		commands = append(commands, t.Run, t.Compile)
	}
	return slices.ContainsFunc(commands, func(c assignment.Command) bool {
		text := c.Shell + " " + strings.Join(c.Argv, " ")
		return slices.ContainsFunc([]string{"unzip", "tar ", "7z", "zipfile", "unpack_archive", "jar x"}, func(word string) bool { return strings.Contains(text, word) })
	})
}
