package demo

import (
	"bytes"
	"fmt"
	"io/fs"

	"github.com/goccy/go-yaml"

	"github.com/grader/grader/schema"
)

// Script is a demo: its courses, people and pushes, with the expected verdicts.
type Script struct {
	Courses []Course `yaml:"courses"`
	People  []Member `yaml:"people"`
	Pushes  []Push   `yaml:"pushes"`
}

// Course is a course with its assignments. Each value of Assignments is the directory of a
// tests repository, which the instructor pushes.
type Course struct {
	Code        string            `yaml:"code"`
	Title       string            `yaml:"title"`
	Instructor  string            `yaml:"instructor"`
	Assignments []AssignmentTests `yaml:"assignments"`
}

// AssignmentTests is an assignment and the directory of its tests repository.
type AssignmentTests struct {
	Name string `yaml:"name"`
	Dir  string `yaml:"dir"`
}

// Member is a person of the course.
type Member struct {
	Login string `yaml:"login"`
	Name  string `yaml:"name"`
}

// Push is one push of a student.
type Push struct {
	Student    string `yaml:"student"`
	Assignment string `yaml:"assignment"` // COURSE/ASSIGNMENT
	Dir        string `yaml:"dir"`        // the files
	Story      string `yaml:"story"`      // what the student tries
	Expect     Expect `yaml:"expect"`
}

// Expect is the expected verdict of a push: either Refused, a part of the refusal's
// message, or Outcome, Score (such as "7" or "full") and the outcomes of some tests.
type Expect struct {
	Refused string                    `yaml:"refused"`
	Outcome schema.Outcome            `yaml:"outcome"`
	Score   string                    `yaml:"score"`
	Tests   map[string]schema.Outcome `yaml:"tests"`
}

// ReadScript reads demo.yaml at the root of files. Unknown keys are errors.
func ReadScript(files fs.FS) (Script, error) {
	var s Script
	text, err := fs.ReadFile(files, "demo.yaml")
	if err != nil {
		return s, fmt.Errorf("demo: %w", err)
	}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&s); err != nil {
		return s, fmt.Errorf("demo.yaml: %w", err)
	}
	return s, nil
}

// Mismatch describes how a submission differs from the expectation, or returns "".
func (e Expect) Mismatch(s schema.PublicSubmission) string {
	if e.Outcome != "" && s.Outcome != e.Outcome {
		return fmt.Sprintf("expected %s, got %s", e.Outcome, s.Outcome)
	}
	score := e.Score
	if score == "full" {
		score = s.MaxScore.String()
	}
	if score != "" && score != s.Score.String() {
		return fmt.Sprintf("expected %s points, got %s / %s", e.Score, s.Score, s.MaxScore)
	}
	got := make(map[string]schema.Outcome, len(s.Tests))
	for _, t := range s.Tests {
		got[t.Name] = t.Outcome
	}
	for name, want := range e.Tests {
		if got[name] != want {
			return fmt.Sprintf("%s: expected %s, got %s", name, want, got[name])
		}
	}
	return ""
}
