package course

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// amount checks the number and size of files.
func (f *findings) amount(spec *assignment.Spec, entries []TreeEntry) {
	if len(entries) > spec.MaxFiles {
		f.add(tooMany(entries, spec.MaxFiles))
	}
	var sum int64
	for _, e := range entries {
		sum += e.Size
	}
	if sum > spec.MaxSize {
		f.add(tooLarge(spec, entries, sum))
	}
}

// tooMany returns the finding for too many files. It names directories of generated files to leave
// out, if there are any.
func tooMany(entries []TreeEntry, most int) Finding {
	one := Finding{
		Code: FindingFiles, Text: fmt.Sprintf("the commit holds %d files, and at most %d are accepted", len(entries), most),
		Remedy: "leave out what is built or downloaded",
	}
	made := map[string]int{}
	for _, e := range entries {
		if dir := madeDirectory(e.Path); dir != "" {
			made[dir]++
		}
	}
	one.Commands = removeDirectories(made)
	return one
}

// RemoveMade returns the commands that remove directories of generated files from the next commit.
// paths are paths of files or directories.
func RemoveMade(paths []string) []string {
	made := map[string]int{}
	for _, p := range paths {
		if dir := madeDirectory(p + "/"); dir != "" {
			made[dir]++
		}
	}
	return removeDirectories(made)
}

// removeDirectories returns the commands that remove the directories, those with the most files
// first.
func removeDirectories(files map[string]int) []string {
	var dirs []string
	for dir := range files {
		dirs = append(dirs, dir)
	}
	slices.SortFunc(dirs, func(a, b string) int { return cmp.Or(cmp.Compare(files[b], files[a]), cmp.Compare(a, b)) })
	var commands []string
	for _, dir := range dirs[:min(len(dirs), maxCommands)] {
		commands = append(commands, schema.RemoveCommand(dir+"/"))
	}
	return commands
}

// madeDirectory returns the outermost directory of a path with a name that is typical of generated
// or downloaded files; "" for none.
func madeDirectory(file string) string {
	start := 0
	for i := range len(file) {
		if file[i] != '/' {
			continue
		}
		switch file[start:i] {
		case "node_modules", "build", "target", "bin", "obj", "out", "dist", "venv", ".venv", "__pycache__", ".pytest_cache", ".mypy_cache",
			".gradle", ".idea", ".vs", ".vscode", "CMakeFiles", "DerivedData", "xcuserdata", "cmake-build-debug", "cmake-build-release":
			return file[:i]
		}
		start = i + 1
	}
	return ""
}

// tooLarge returns the finding for files that are too large together. It names as many of the
// largest files as must be left out.
func tooLarge(spec *assignment.Spec, entries []TreeEntry, sum int64) Finding {
	largest := slices.SortedFunc(slices.Values(entries), func(a, b TreeEntry) int {
		return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.Path, b.Path))
	})
	one := Finding{
		Code: FindingSize, Remedy: "leave out the largest",
		Text: fmt.Sprintf("the files are %s together, and at most %s are accepted; the largest is %s (%s)",
			schema.Size(sum), schema.Size(spec.MaxSize), show(largest[0].Path), schema.Size(largest[0].Size)),
	}
	for _, e := range largest {
		if sum <= spec.MaxSize || len(one.Commands) == maxCommands {
			break
		}
		if slices.Contains(spec.Files.Required, e.Path) {
			continue
		}
		one.Commands, sum = append(one.Commands, schema.RemoveCommand(e.Path)), sum-e.Size
	}
	return one
}
