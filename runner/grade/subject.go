package grade

import (
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
)

// subject is a set of files to grade: a student's, the reference's or a sample's.
type subject struct {
	dir       string
	reference bool
	sources   []source
	build     schema.BuildResult
	built     bool
	seen      time.Time // when the last test that students see ended
	program   string    // of build: auto, below the artefacts
	artefacts *tree
	inProcess *tree    // the artefacts without files that configure test frameworks
	dropped   []string // names that in-process tests do not see

	left  []leftover // that build: auto ignored
	notes []string   // lines for the student, shown before the build's output
}

// source is one file of a subject, with its name and its origin.
type source struct {
	name, from string
	mode       fs.FileMode
	stamp      sandbox.Stamp
	own        bool        // the subject's own, not a locked one of starter/
	binary     *binaryFile // the kind of a compiler's output; nil for other files
}

// newSubject lists a subject's files: its own, with the locked ones replaced from starter/.
func (s *builds) newSubject(dir string, reference bool) (*subject, error) {
	sub := &subject{dir: dir, reference: reference}
	own, err := listCommitted(dir)
	if err != nil {
		return nil, fmt.Errorf("submission: %w", err)
	}
	for _, f := range own {
		if !strings.HasPrefix(f.path, ".git/") && !s.reserved(f.path) && !matchAny(s.spec.Files.Locked, f.path) {
			sub.add(f, dir, true)
		}
	}
	if s.spec.Starter != "" && len(s.spec.Files.Locked) > 0 {
		if err := s.addLocked(sub); err != nil {
			return nil, err
		}
	}
	return sub, nil
}

// addLocked adds the locked files of starter/.
func (s *builds) addLocked(sub *subject) error {
	starter := filepath.Join(s.job.Tests, filepath.FromSlash(s.spec.Starter))
	locked, err := listCommitted(starter)
	if err != nil {
		return fmt.Errorf("starter: %w", err)
	}
	for _, f := range locked {
		if matchAny(s.spec.Files.Locked, f.path) {
			sub.add(f, starter, false)
		}
	}
	return nil
}

// add adds a file below dir.
func (b *subject) add(f treeFile, dir string, own bool) {
	b.sources = append(b.sources, source{
		name: f.path, from: filepath.Join(dir, filepath.FromSlash(f.path)), mode: f.mode, stamp: f.stamp, own: own, binary: f.binary,
	})
}

// names returns the paths of the subject's files.
func (b *subject) names() []string {
	names := make([]string, len(b.sources))
	for i, f := range b.sources {
		names[i] = f.name
	}
	return names
}

// reserved reports whether build: auto writes a file with that name.
func (s *builds) reserved(name string) bool {
	return s.spec.Auto && strings.HasPrefix(name, recipeDir+"/")
}

// fill copies the subject's files into a scratch.
func (b *subject) fill(scratch *sandbox.Scratch) error {
	for _, f := range b.sources {
		if err := scratch.CopyIn(f.name, f.from, f.mode, f.stamp); err != nil {
			return fmt.Errorf("copy submission: %w", err)
		}
	}
	return nil
}

// matchAny reports whether a path matches one of the globs.
func matchAny(globs []string, name string) bool {
	return slices.ContainsFunc(globs, func(glob string) bool {
		ok, err := doublestar.Match(glob, name)
		return err == nil && ok
	})
}

// steers reports whether a file with that name changes the behaviour of a test framework that runs
// next to it: configuration, plugins, start-up hooks, bytecode that Python uses instead of a
// source. An analyser's configuration would determine its findings.
func steers(name string) bool {
	base := strings.ToLower(path.Base(name))
	switch base {
	case "conftest.py", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg", "pyproject.toml",
		"sitecustomize.py", "usercustomize.py", "pyvenv.cfg",
		"junit-platform.properties", "ctesttestfile.cmake", "ctestcustom.cmake", "dartconfiguration.tcl",
		".clang-tidy", "pylintrc", ".pylintrc", ".flake8", "ruff.toml", ".ruff.toml", "mypy.ini", ".mypy.ini", ".bandit",
		"staticcheck.conf":
		return true
	}
	if strings.HasPrefix(base, ".eslintrc") || strings.HasPrefix(base, "eslint.config.") || strings.HasPrefix(base, ".golangci.") {
		return true
	}
	return strings.HasSuffix(base, ".pth") || strings.HasSuffix(base, ".pyc") || strings.Contains("/"+strings.ToUpper(name), "/META-INF/SERVICES/")
}

// forInProcess returns the artefacts that an in-process test may see, and records the removed
// names.
func (s *builds) forInProcess(b *subject) (*tree, error) {
	if b.inProcess != nil {
		return b.inProcess, nil
	}
	var dropped []string
	for _, f := range b.artefacts.files {
		if steers(f.path) && !matchAny(s.spec.Files.Allow, f.path) && !matchAny(s.spec.Files.Allow, path.Base(f.path)) {
			dropped = append(dropped, f.path)
		}
	}
	if len(dropped) == 0 {
		b.inProcess = b.artefacts
		return b.inProcess, nil
	}
	slices.Sort(dropped)
	t, err := s.expose(b.artefacts.path(), b.artefacts.files, func(name string) bool { return !slices.Contains(dropped, name) })
	if err != nil {
		return nil, err
	}
	b.dropped, b.inProcess = dropped, s.keep(t)
	return t, nil
}
