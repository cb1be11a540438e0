package demo

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/grader/grader/schema"
)

// Service is the part of the service that a play needs besides its SSH address.
type Service interface {
	AddUser(ctx context.Context, login, name, publicKeyFile string) error
	AddCourse(ctx context.Context, code, title string) error
	Enrol(ctx context.Context, course, login string, role schema.Role) error
	// Submissions returns a student's submissions, oldest first.
	Submissions(ctx context.Context, assignment, login string) ([]schema.PublicSubmission, error)
}

// Play runs scripts against one service and prints what each person saw.
type Play struct {
	Service Service
	Host    string // SSH address
	Dir     string // for the people's keys and clones, and a copy of the files
	Out     io.Writer

	people map[string]*Person
	pushed map[string]int // accepted pushes by assignment and login
}

// Run runs the script in files. It returns the number of unexpected verdicts; an error
// means that the script could not continue.
func (p *Play) Run(ctx context.Context, files fs.FS) (wrong int, err error) {
	s, err := ReadScript(files)
	if err != nil {
		return 0, err
	}
	p.people, p.pushed = map[string]*Person{}, map[string]int{}
	if err := os.CopyFS(p.files(), files); err != nil {
		return 0, fmt.Errorf("copy of the demo's files: %w", err)
	}
	if err := p.enter(ctx, s); err != nil {
		return 0, err
	}
	if err := p.set(ctx, s); err != nil {
		return 0, err
	}
	for _, push := range s.Pushes {
		complaint, err := p.push(ctx, push)
		if err != nil {
			return wrong, err
		}
		if complaint != "" {
			wrong++
			fmt.Fprintf(p.Out, "  NOT AS EXPECTED: %s\n", complaint)
		}
	}
	return wrong, nil
}

func (p *Play) files() string { return filepath.Join(p.Dir, "files") }

// enter creates the people and the courses.
func (p *Play) enter(ctx context.Context, s Script) error {
	for _, m := range s.People {
		person, err := NewPerson(p.Dir, m.Login, m.Name)
		if err != nil {
			return fmt.Errorf("person %s: %w", m.Login, err)
		}
		person.Host = p.Host
		p.people[m.Login] = person
		if err := p.Service.AddUser(ctx, m.Login, m.Name, person.PublicKey()); err != nil {
			return fmt.Errorf("add %s: %w", m.Login, err)
		}
	}
	for _, c := range s.Courses {
		if err := p.Service.AddCourse(ctx, c.Code, c.Title); err != nil {
			return fmt.Errorf("add course %s: %w", c.Code, err)
		}
		if err := p.Service.Enrol(ctx, c.Code, c.Instructor, schema.RoleInstructor); err != nil {
			return fmt.Errorf("enrol %s: %w", c.Instructor, err)
		}
	}
	for _, push := range s.Pushes {
		code, _, _ := strings.Cut(push.Assignment, "/")
		if err := p.Service.Enrol(ctx, code, push.Student, schema.RoleStudent); err != nil {
			return fmt.Errorf("enrol %s: %w", push.Student, err)
		}
	}
	return nil
}

// set pushes the tests of each instructor. It returns an error unless all of them become active.
func (p *Play) set(ctx context.Context, s Script) error {
	for _, c := range s.Courses {
		teacher := p.people[c.Instructor]
		for _, a := range c.Assignments {
			repository := c.Code + "/" + a.Name + "/tests"
			fmt.Fprintf(p.Out, "\n%s sets %s/%s\n$ git push grader main\n", teacher.Name, c.Code, a.Name)
			t, err := teacher.Push(ctx, repository, filepath.Join(p.files(), a.Dir))
			if err != nil {
				return err
			}
			fmt.Fprint(p.Out, indent(t.Output))
			if t.Exit != 0 {
				return fmt.Errorf("%s did not become active", repository)
			}
		}
	}
	return nil
}

// push makes one push and describes how its verdict differs from the expected one.
func (p *Play) push(ctx context.Context, push Push) (string, error) {
	student := p.people[push.Student]
	fmt.Fprintf(p.Out, "\n%s pushes to %s: %s\n$ git push grader main\n", student.Name, push.Assignment, push.Story)
	t, err := student.Push(ctx, push.Assignment, filepath.Join(p.files(), push.Dir))
	if err != nil {
		return "", err
	}
	fmt.Fprint(p.Out, indent(t.Output))
	if push.Expect.Refused != "" {
		return refusalMismatch(push.Expect.Refused, t), nil
	}
	key := push.Assignment + " " + push.Student
	all, err := p.Service.Submissions(ctx, push.Assignment, push.Student)
	if err != nil {
		return "", err
	}
	p.pushed[key]++
	if len(all) != p.pushed[key] {
		return fmt.Sprintf("expected submission %d, found %d", p.pushed[key], len(all)), nil
	}
	return push.Expect.Mismatch(all[len(all)-1]), nil
}

func refusalMismatch(want string, t Transcript) string {
	if t.Exit == 0 || !strings.Contains(t.Output, want) {
		return fmt.Sprintf("expected a refusal with %q, got exit status %d", want, t.Exit)
	}
	return ""
}

func indent(s string) string {
	if s == "" {
		return ""
	}
	return "  " + strings.ReplaceAll(strings.TrimSuffix(s, "\n"), "\n", "\n  ") + "\n"
}
