package gradescope

import (
	"embed"
	"io/fs"
	"slices"
	"strings"

	"github.com/grader/grader/imports"
)

// pythonModules are our own versions of modules that autograders install. A tests repository contains them, and Python
// finds them because source/ is on PYTHONPATH.
//
//go:embed all:files/python
var pythonModules embed.FS

// pythonDir is the directory of pythonModules in this package.
const pythonDir = "files/python/"

// replacements returns the packages that pythonModules replaces, each with the name of its module.
func replacements() map[string]string {
	return map[string]string{"gradescope-utils": "gradescope_utils", "gradescope_utils": "gradescope_utils", "subprocess32": "subprocess32.py"}
}

// provide adds the modules that replace packages of setup.sh to the bundle.
func provide(b *imports.Bundle, packages []string) error {
	modules := map[string]bool{}
	for _, p := range packages {
		if module := replacements()[p]; module != "" {
			modules[module] = true
		}
	}
	present := b.Names()
	return fs.WalkDir(pythonModules, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		to := strings.TrimPrefix(name, pythonDir)
		module, _, _ := strings.Cut(to, "/")
		if !modules[module] || slices.Contains(present, autograderDir+to) {
			return nil
		}
		content, err := pythonModules.ReadFile(name)
		if err != nil {
			return err
		}
		b.Write(autograderDir+to, content, false)
		return nil
	})
}
