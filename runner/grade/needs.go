package grade

import (
	"fmt"
	"strings"

	"github.com/grader/grader/schema/assignment"
)

// needsTree returns the files of a test's $NEEDS.
func (s *materials) needsTree(t *assignment.Test) (*tree, error) {
	files, err := s.testsFiles()
	if err != nil {
		return nil, err
	}
	return s.expose(s.job.Tests, files, s.needed(t))
}

// testsFiles lists the tests repository once.
func (s *materials) testsFiles() ([]treeFile, error) {
	if s.committed == nil {
		files, err := listCommitted(s.job.Tests)
		if err != nil {
			return nil, fmt.Errorf("tests repository: %w", err)
		}
		s.committed = files
	}
	return s.committed, nil
}

// needed returns a function that reports whether a file of the tests repository is in a test's
// $NEEDS. A file must match its globs. Files that no student's program may see are excluded again
// here, although an assignment that includes them is refused when it is pushed.
func (s *materials) needed(t *assignment.Test) func(path string) bool {
	secret := s.secrets()
	return func(name string) bool {
		return matchAny(t.Needs, name) && !secret(name)
	}
}

// secrets returns a function that reports whether a file is the assignment itself, expected output,
// or below solution/, starter/ or a sample.
func (s *materials) secrets() func(path string) bool {
	files := map[string]bool{"assignment.yaml": true}
	for _, t := range s.spec.Tests {
		files[t.Stdout.File] = true
		for _, c := range t.Cases {
			files[c.Answer] = true
		}
	}
	dirs := []string{s.spec.Solution, s.spec.Starter}
	for _, sample := range s.spec.Samples {
		dirs = append(dirs, sample.Dir)
	}
	return func(name string) bool {
		for _, dir := range dirs {
			if dir != "" && strings.HasPrefix(name, dir) {
				return true
			}
		}
		return files[name]
	}
}
