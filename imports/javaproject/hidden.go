package javaproject

import (
	"bytes"
	"crypto/sha256"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/grader/grader/imports"
	"github.com/grader/grader/schema"
)

// hidden holds what students must not have.
type hidden struct {
	solution string   // directory of the solution, "" for none
	modules  []string // directories of other modules
	kept     []string // build files and directories that the build of the module needs
	copies   []string // directories that hold a copy of the solution
	repos    []string // directories of tests repositories
	files    []string // other copies of the solution's sources and of the tests
}

// relative returns the path of dir from top, "" if dir is not below it.
func relative(top, dir string) string {
	if top == "." {
		return dir
	}
	inside, found := strings.CutPrefix(dir, top+"/")
	if !found {
		return ""
	}
	return inside
}

// hide finds the directories and the files that students must not have.
func (i *importer) hide() error {
	for _, f := range i.files {
		dir, base := path.Dir(f.Name), path.Base(f.Name)
		if i.isMain(f.Name) || i.isTest(f.Name) || i.contains(dir) {
			continue
		}
		switch {
		case base == assignmentFile:
			i.hidden.repos = append(i.hidden.repos, dir)
		case slices.Contains(i.moduleFiles(), base):
			i.hidden.modules = append(i.hidden.modules, dir)
		}
	}
	return i.hideCopies()
}

// assignmentFile is in the top directory of each tests repository.
const assignmentFile = "assignment.yaml"

// contains reports whether a directory has the module in it.
func (i *importer) contains(dir string) bool { return dir == i.module || isBelow(i.module, dir) }

// hideCopies finds the files outside the sources and the tests that have the text of one of the solution's sources or of
// a test. Sources that the starter has too are no secret.
func (i *importer) hideCopies() error {
	given := map[[sha256.Size]byte]bool{}
	secret := map[[sha256.Size]byte]string{} // path from the top of the solution or of the project
	for _, f := range i.files {
		isMain := i.isMain(f.Name)
		if !isMain && !slices.Contains(i.tests, f.Name) || f.Size > maxSource {
			continue
		}
		key, err := textOf(i.fsys, f.Name)
		if err != nil {
			return err
		}
		if isMain && !i.options.Solved {
			given[key] = true
		} else {
			secret[key] = f.Name
		}
	}
	if i.options.Solution != nil {
		if err := i.addSolution(given, secret); err != nil {
			return err
		}
	}
	for _, f := range i.files {
		if i.isMain(f.Name) || i.isTest(f.Name) || f.Size > maxSource {
			continue
		}
		key, err := textOf(i.fsys, f.Name)
		if err != nil {
			return err
		}
		if name, found := secret[key]; found && !given[key] && key != noText() {
			i.hideCopy(f.Name, name)
		}
	}
	return nil
}

// addSolution adds the sources of the given solution. CodeInvalid: the project has all of them, and students would too.
func (i *importer) addSolution(given map[[sha256.Size]byte]bool, secret map[[sha256.Size]byte]string) error {
	files, _, err := i.solutionFiles()
	if err != nil {
		return err
	}
	sources, more := 0, false
	for _, f := range files {
		info, err := fs.Stat(f.fsys, f.source)
		if err != nil || info.Size() > maxSource || path.Ext(f.name) != ".java" {
			continue
		}
		key, err := textOf(f.fsys, f.source)
		if err != nil {
			return err
		}
		secret[key] = f.source
		sources++
		more = more || !given[key]
	}
	if sources > 0 && !more {
		return schema.Errorf(schema.CodeInvalid, "the project has the same sources as the solution, and students would get them. Use --solved if the project itself is the solution")
	}
	return nil
}

// hideCopy hides the copy of a secret file, and the directory that has it at the same path.
func (i *importer) hideCopy(name, secret string) {
	dir, found := strings.CutSuffix(name, "/"+secret)
	if found && !i.contains(dir) && !isBelow(i.project.main, dir) {
		i.hidden.copies = append(i.hidden.copies, dir)
		return
	}
	i.hidden.files = append(i.hidden.files, name)
}

// noText returns the result of textOf for a file without text.
func noText() [sha256.Size]byte { return sha256.Sum256(nil) }

// textOf returns a hash of a file's text without white space, so that other ends of lines and indentation do not matter.
func textOf(fsys fs.FS, name string) ([sha256.Size]byte, error) {
	content, err := fs.ReadFile(fsys, name)
	if err != nil {
		return noText(), schema.Wrapf(schema.CodeInvalid, err, "%s cannot be read: %s", name, err)
	}
	return sha256.Sum256(bytes.Join(bytes.Fields(content), nil)), nil
}

// mainSources matches a main source at the usual place; the group is the directory of its project.
var mainSources = regexp.MustCompile(`^(?:(.*)/)?src/main/`)

// otherModule returns the directory of another module that has a file, "" for none.
func (i *importer) otherModule(name string) string {
	for _, dir := range i.hidden.modules {
		if isBelow(name, dir) {
			return dir
		}
	}
	if m := mainSources.FindStringSubmatch(name); m != nil && path.Clean(m[1]) != i.module {
		return path.Join(m[1], "src/main")
	}
	return ""
}

// isStudents reports whether a file that is neither a source nor a test is for students. It names those that are not.
func (i *importer) isStudents(name string) bool {
	leftOut := func(kind imports.NoteKind, where, why string) bool {
		i.bundle.Note(kind, where, "%s", why)
		return false
	}
	if dir := below(name, i.hidden.repos); dir != "" {
		return leftOut(imports.Changed, dir, "a tests repository is left out of the starter")
	}
	if dir := below(name, append(i.hidden.copies, i.hidden.solution)); dir != "" {
		return leftOut(imports.Changed, dir, "the solution's directory is left out of the starter")
	}
	if slices.Contains(i.hidden.files, name) {
		return leftOut(imports.Changed, name, "it is the same as a source of the solution or as a test, and is left out of the starter")
	}
	if slices.Contains(i.hidden.kept, name) || isBelow(name, i.hidden.kept...) {
		return true
	}
	if dir := i.otherModule(name); dir != "" {
		return leftOut(imports.Changed, dir, "other modules are left out of the starter")
	}
	switch {
	case otherTests.MatchString(name):
		return leftOut(imports.Lost, path.Dir(name), "only the tests of "+i.project.test+" are run; these are left out of the starter too")
	case hiddenDir(name) != "":
		return leftOut(imports.Changed, hiddenDir(name), "hidden directories are left out of the starter")
	case isBelow(strings.TrimPrefix(name, i.module+"/"), "target", "build", "bin", "out"):
		return leftOut(imports.Changed, path.Join(i.module, "target, build, bin, out"), "what a build made is left out of the starter")
	case path.Ext(name) == ".class":
		return leftOut(imports.Changed, name, "compiled classes are left out of the starter")
	}
	return true
}

// below returns the first of the directories that has a file, "" for none.
func below(name string, dirs []string) string {
	for _, dir := range dirs {
		if dir != "" && isBelow(name, dir) {
			return dir
		}
	}
	return ""
}

// otherTests matches files of further sets of sources that are tests by their names, such as src/integrationTest.
var otherTests = regexp.MustCompile(`(?:^|/)src/(?i:[^/]*test[^/]*|it)/`)

// hiddenDir returns the first directory of a path whose name begins with a dot, except that of Maven's wrapper, or "".
func hiddenDir(name string) string {
	dirs := strings.Split(path.Dir(name), "/")
	for n, dir := range dirs {
		if len(dir) > 1 && dir[0] == '.' && dir != ".mvn" {
			return path.Join(dirs[:n+1]...)
		}
	}
	return ""
}
