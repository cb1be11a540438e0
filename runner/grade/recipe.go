package grade

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/grader/grader/runner/sandbox"
)

// build: auto writes below recipeDir; the tests run the program recipeProgram.
const (
	recipeDir     = ".grader"
	recipeProgram = recipeDir + "/program"
	recipeClasses = recipeDir + "/classes"
)

// libraryWords ends the messages about programs without a main function. The author of the
// assignment may read these.
const libraryWords = ": write one, or, for a library, write build: steps in assignment.yaml instead of build: auto"

// recipe tells build: auto how to build a program from files in one language; see docs/building.md.
type recipe struct {
	name   string
	steps  [][]string                     // argument lists
	finish func(s *sandbox.Scratch) error // on the frozen artefacts, before they are sealed
}

// language is a language that build: auto supports.
type language struct {
	name     string
	endings  []string
	text     textRule
	prepares func(files []string, b *subject) (recipe, error)
}

// languages returns the languages that build: auto supports.
func languages() []language {
	return []language{
		{"C", []string{".c"}, textRule{}, recipeC},
		{"C++", []string{".cc", ".cpp", ".cxx", ".c++", ".C"}, textRule{}, recipeCPP},
		{"Java", []string{".java"}, textRule{strict: true, noMark: true}, recipeJava},
		{"Python", []string{".py"}, textRule{strict: true, cookie: true}, recipePython},
		{"Go", []string{".go"}, textRule{strict: true}, recipeGo},
		{"JavaScript", []string{".js", ".mjs", ".cjs"}, textRule{}, recipeJavaScript},
	}
}

// chooseRecipe chooses the language by the extensions of the subject's files, and notes the files
// that it ignores. The error is a buildFailure.
func chooseRecipe(b *subject) (recipe, error) {
	found := map[string][]string{}
	var out []string
	for _, f := range b.sources {
		switch {
		case b.isWork(f.name):
			found[path.Ext(f.name)] = append(found[path.Ext(f.name)], f.name)
		case knownEnding(f.name):
			out = append(out, f.name)
		}
	}
	b.notes = append(b.notes, leftoverNote(b.left, out)...)
	var chosen []language
	files := map[string][]string{}
	for _, l := range languages() {
		for _, ending := range l.endings {
			files[l.name] = append(files[l.name], found[ending]...)
		}
		if len(files[l.name]) > 0 {
			slices.Sort(files[l.name])
			chosen = append(chosen, l)
		}
	}
	switch {
	case len(chosen) == 0:
		return recipe{}, &buildFailure{"no source file found: build: auto knows the endings " + allEndings()}
	case len(chosen) == 1:
		return chosen[0].prepares(files[chosen[0].name], b)
	case len(chosen) == 2 && chosen[0].name == "C" && chosen[1].name == "C++":
		return recipeMixed(append(files["C"], files["C++"]...), b)
	}
	return recipe{}, &buildFailure{fmt.Sprintf("files of more than one language: %s is %s and %s is %s; keep one language",
		files[chosen[0].name][0], chosen[0].name, files[chosen[1].name][0], chosen[1].name)}
}

// isWork reports whether a file may be the student's work. It is not if it is in a directory that a
// tool made, or if macOS wrote it next to another file.
func (b *subject) isWork(name string) bool {
	return !within(b.left, name) && !strings.HasPrefix(path.Base(name), "._")
}

// knownEnding reports whether build: auto compiles files with that name.
func knownEnding(name string) bool {
	return slices.ContainsFunc(languages(), func(l language) bool { return slices.Contains(l.endings, path.Ext(name)) })
}

func allEndings() string {
	var all []string
	for _, l := range languages() {
		all = append(all, l.endings...)
	}
	return strings.Join(all, " ")
}

// arguments makes names safe for a command line.
func arguments(files []string) []string {
	safe := make([]string, len(files))
	for i, f := range files {
		safe[i] = "./" + f
	}
	return safe
}

// wrapper returns a finish that writes the program as a script that executes argv. argv computes
// the arguments from the path of the artefacts.
func wrapper(argv func(artefacts string) []string) func(*sandbox.Scratch) error {
	return func(s *sandbox.Scratch) error { return writeWrapper(s, argv(s.Path())) }
}

// writeWrapper writes the script.
func writeWrapper(s *sandbox.Scratch, argv []string) error {
	quoted := make([]string, len(argv))
	for i, word := range argv {
		quoted[i] = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
	}
	script := "#!/bin/sh\nexec " + strings.Join(quoted, " ") + " \"$@\"\n"
	if err := s.WriteFile(recipeProgram, []byte(script), 0o755); err != nil {
		return fmt.Errorf("write program: %w", err)
	}
	return nil
}

// oneOf returns the file that is the program: the only file, or the file with the first preferred name that exists. If
// several directories have a file with that name, it returns the one at the root.
func oneOf(what string, files, preferred []string) (string, error) {
	if len(files) == 1 {
		return files[0], nil
	}
	for _, name := range preferred {
		var at []string
		for _, f := range files {
			if path.Base(f) == name {
				at = append(at, f)
			}
		}
		if slices.Contains(at, name) {
			return name, nil
		}
		if len(at) == 1 {
			return at[0], nil
		}
		if len(at) > 1 {
			return "", &buildFailure{fmt.Sprintf("%s and %s: which is the program? Keep one %s, or put it at the top", at[0], at[1], name)}
		}
	}
	return "", &buildFailure{fmt.Sprintf("%d %s files and none is named %s: name the one to run so, or, for a library, write build: steps in assignment.yaml instead of build: auto",
		len(files), what, strings.Join(preferred, " or "))}
}
