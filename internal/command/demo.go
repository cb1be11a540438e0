package command

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/configs"
	"github.com/grader/grader/internal/demo"
	"github.com/grader/grader/internal/service"
	"github.com/grader/grader/schema"
)

func demoCommand() *cli.Command {
	return &cli.Command{
		Name:  "demo",
		Usage: "run a whole course on this machine, graded by real pushes",
		Description: "Starts a service on a fresh data directory, plays the courses of configs/demo with real\n" +
			"keys and `git push`, prints what each student saw, and stays up until Ctrl-C.\n" +
			"With DEMO_ONCE=1 it ends after the pushes: exit status 1 if any verdict was not the expected one.\n\n" +
			"Example: grader demo",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "data", Usage: "data `DIR`ectory to create; by default a temporary one, which is removed"},
			&cli.StringFlag{Name: "files", Usage: "`DIR`ectory with a demo.yaml of your own"},
			&cli.BoolFlag{Name: "once", Usage: "end after the pushes", EnvVars: []string{"DEMO_ONCE"}},
			&cli.StringFlag{Name: "log", Usage: "`LEVEL` of the log on standard error", Value: "error"},
		},
		OnUsageError: misuse,
		Action:       runDemo,
	}
}

func runDemo(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	logger, err := newLogger(c)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "grader-demo-")
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	defer os.RemoveAll(dir)
	data := c.String("data")
	if data == "" {
		data = dir + "/data"
	}
	s := &service.Service{Data: data, SSH: "127.0.0.1:0", Web: "127.0.0.1:0", Config: configs.Default(), Version: version, Logger: logger, Clock: time.Now}
	if err := s.Start(c.Context); err != nil {
		return err
	}
	failed := playDemo(c, s, dir)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Context), stopTime)
	defer cancel()
	if err := s.Stop(ctx); err != nil {
		slog.New(logger.Handler()).Error("stop failed", "error", err)
	}
	return failed
}

func playDemo(c *cli.Context, s *service.Service, dir string) error {
	files, err := demoFiles(c.String("files"))
	if err != nil {
		return err
	}
	play := &demo.Play{Service: demoService{s.Operator()}, Host: s.SSHAddress(), Dir: dir + "/people", Out: c.App.Writer}
	wrong, err := play.Run(c.Context, files)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	if err := demoSummary(c, s, wrong); err != nil || c.Bool("once") {
		return err
	}
	fmt.Fprintln(c.App.Writer, "\nUp until Ctrl-C.")
	<-c.Done()
	return nil
}

// demoSummary prints the address of the site and links that sign a browser in.
func demoSummary(c *cli.Context, s *service.Service, wrong int) error {
	fmt.Fprintf(c.App.Writer, "\nThe site: %s\n", s.WebURL())
	for _, login := range []string{"alice", "ada"} {
		link, err := s.Operator().LoginLink(c.Context, service.AccountArgs{Login: login})
		if err != nil {
			continue // --files may define other people
		}
		fmt.Fprintf(c.App.Writer, "  signs you in as %-6s %s\n", login, link)
	}
	if wrong > 0 {
		return schema.Errorf(schema.CodeRefused, "verdicts that were not as expected: %d", wrong)
	}
	fmt.Fprintln(c.App.Writer, "\nEvery verdict was the expected one.")
	return nil
}

func demoFiles(dir string) (fs.FS, error) {
	if dir == "" {
		return configs.Demo()
	}
	return os.DirFS(dir), nil
}

// demoService implements demo.Service with the operations of `grader admin`.
type demoService struct{ operator *service.Operator }

func (d demoService) AddUser(ctx context.Context, login, name, publicKeyFile string) error {
	key, err := os.ReadFile(publicKeyFile)
	if err != nil {
		return err
	}
	_, err = d.operator.AddUser(ctx, classroom.NewUser{Login: login, Name: name, Keys: []string{string(key)}})
	return err
}

func (d demoService) AddCourse(ctx context.Context, code, title string) error {
	_, err := d.operator.AddCourse(ctx, classroom.NewCourse{Code: code, Title: title, Zone: "UTC", Flavour: "standard"})
	return err
}

func (d demoService) Enrol(ctx context.Context, course, login string, role schema.Role) error {
	_, err := d.operator.Enrol(ctx, service.EnrolArgs{Course: course, Login: login, Role: string(role)})
	return err
}

func (d demoService) Submissions(ctx context.Context, assignment, login string) ([]schema.PublicSubmission, error) {
	reply, err := everyPage(classroom.SubmissionPage{Assignment: assignment, Login: login}, func(page classroom.SubmissionPage) ([]schema.PublicSubmission, error) {
		return d.operator.Submissions(ctx, page)
	})
	if err != nil {
		return nil, err
	}
	// Encode and decode, so that the demo checks the JSON form.
	text, err := json.Marshal(reply)
	if err != nil {
		return nil, err
	}
	var all []schema.PublicSubmission
	return all, json.Unmarshal(text, &all)
}
