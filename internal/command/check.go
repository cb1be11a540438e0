package command

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/configs"
	"github.com/grader/grader/course"
	"github.com/grader/grader/gitd/transcript"
	"github.com/grader/grader/runner"
	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

func checkCommand() *cli.Command {
	return &cli.Command{
		Name:      "check",
		Usage:     "grade a directory with a tests repository on this machine, as a runner would",
		ArgsUsage: "TESTS_DIR SUBMISSION_DIR",
		Description: "The wall and the grading are those of a runner. The assignment's limits apply, and no\n" +
			"flavour's unless one is given. Exit status 0 when it was graded, whatever the score. With --watch it\n" +
			"grades again whenever a file changes, until Ctrl-C.\n\n" +
			"Example: grader check a1-tests a1-tests/solution --json",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "json", Usage: "print one JSON object"},
			&cli.BoolFlag{Name: "watch", Usage: "grade again whenever a file in either directory changes"},
			&cli.BoolFlag{Name: "verbose", Usage: "a line for every case, the details of every failure, and what only staff read"},
			&cli.StringFlag{Name: "pins", Usage: "`FILE` to read the pinned case names from; written when it is not there"},
			&cli.StringFlag{Name: "flavour", Usage: "`FILE` with the flavour to hold the limits to, as in the configuration"},
			&cli.StringFlag{Name: "timezone", Usage: "`ZONE` of the course", Value: "UTC"},
			&cli.StringFlag{Name: "level", Usage: "force a `LEVEL` of the wall: namespace or uid"},
			&cli.StringFlag{Name: "log", Usage: "`LEVEL` of the log on standard error", Value: "warn"},
		},
		OnUsageError: misuse,
		Action:       check,
	}
}

func check(c *cli.Context) error {
	args, err := arguments(c, "TESTS_DIR", "SUBMISSION_DIR")
	if err != nil {
		return err
	}
	if !c.Bool("watch") {
		return checkOnce(c, args[0], args[1])
	}
	if c.Bool("json") {
		return schema.Errorf(schema.CodeInvalid, "--json prints one result, and --watch never ends; leave one of them out")
	}
	if err := areDirectories(args...); err != nil {
		return err
	}
	return watchCheck(c, args[0], args[1])
}

// checkOnce grades in a temporary directory and removes it afterwards.
func checkOnce(c *cli.Context, tests, submission string) error {
	dir, err := os.MkdirTemp(sandbox.TempDir(), "grader-check-")
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := os.Chmod(dir, 0o711); err != nil { // steps must be able to traverse it
		return fmt.Errorf("check: %w", err)
	}
	k := &checker{c: c, dir: dir, tests: tests, submission: submission}
	o := k.observer()
	result, err := k.grade(c.Context, o)
	if err != nil {
		return err
	}
	return k.report(o, result)
}

// checker is a run of `grader check`.
type checker struct {
	c                 *cli.Context
	dir               string
	tests, submission string
	zone              *time.Location
	flavour           *schema.Flavour
	started           time.Time
}

func (k *checker) grade(ctx context.Context, o *checkObserver) (schema.Result, error) {
	k.started = time.Now()
	if err := k.judge(); err != nil {
		return schema.Result{}, err
	}
	tests, err := k.copyOf(k.tests, "tests")
	if err != nil {
		return schema.Result{}, err
	}
	submission, err := k.copyOf(k.submission, "submission")
	if err != nil {
		return schema.Result{}, err
	}
	grader, err := k.open(ctx)
	if err != nil {
		return schema.Result{}, err
	}
	defer grader.Close()
	work := grade.Job{
		Kind: schema.JobGrade, Submission: submission, Tests: tests, Zone: k.zone, Flavour: k.flavour,
		Provenance: schema.Provenance{Grader: version, Wall: string(grader.Wall.Level()), Image: grader.Image.ID},
	}
	if work.Pins, err = k.pins(ctx, grader, work); err != nil {
		return schema.Result{}, err
	}
	return grader.Grade(ctx, work, o)
}

// areDirectories returns an error if a name is not a directory.
func areDirectories(names ...string) error {
	for _, dir := range names {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return schema.Errorf(schema.CodeInvalid, "%s is not a directory", dir)
		}
	}
	return nil
}

// judge parses the tests strictly and checks the submission against their rules, like the
// server for a push.
func (k *checker) judge() (err error) {
	if k.zone, err = time.LoadLocation(k.c.String("timezone")); err != nil {
		return schema.Wrapf(schema.CodeInvalid, err, "timezone: %s", err)
	}
	if file := k.c.String("flavour"); file != "" {
		if k.flavour, err = configs.LoadFlavour(file); err != nil {
			return err
		}
	}
	known := assignment.Context{Zone: k.zone}
	if k.flavour != nil {
		known.Flavours, known.Flavour = map[string]schema.Flavour{k.flavour.Name: *k.flavour}, k.flavour.Name
	}
	if err := areDirectories(k.tests, k.submission); err != nil {
		return err
	}
	spec, err := assignment.Load(assignment.DirFiles(k.tests), known)
	if err != nil {
		return err
	}
	if err := k.judgeTests(spec); err != nil {
		return err
	}
	entries, err := treeEntries(k.submission)
	if err != nil {
		return fmt.Errorf("submission: %w", err)
	}
	if err := course.JudgeTree(spec, entries); err != nil {
		return schema.Wrapf(schema.CodeRefused, err, "refused: %s", err)
	}
	return nil
}

// judgeTests prints why a push of the tests would be refused, and its warnings. Grading continues,
// because a directory may contain files that are not committed.
func (k *checker) judgeTests(spec *assignment.Spec) error {
	entries, err := treeEntries(k.tests)
	if err != nil {
		return fmt.Errorf("tests: %w", err)
	}
	if err := course.JudgeTree(nil, entries); err != nil {
		fmt.Fprintf(k.c.App.ErrWriter, "a push of these tests would be refused: %s\n", schema.MessageOf(err))
	}
	warnings, err := grade.Warnings(k.tests, spec)
	if err != nil {
		return fmt.Errorf("tests: %w", err)
	}
	for _, w := range warnings {
		fmt.Fprintln(k.c.App.ErrWriter, schema.Sanitize(w))
	}
	return nil
}

// treeEntries lists the files of a directory like git ls-tree, without .git.
func treeEntries(dir string) ([]course.TreeEntry, error) {
	var entries []course.TreeEntry
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if err == nil && d.Name() == ".git" {
				return filepath.SkipDir
			}
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		entries = append(entries, course.TreeEntry{Mode: gitMode(info.Mode()), Size: info.Size(), Path: filepath.ToSlash(rel)})
		return nil
	})
	return entries, err
}

func gitMode(m fs.FileMode) string {
	switch {
	case m&fs.ModeSymlink != 0:
		return "120000"
	case m&0o100 != 0: // like git, only the owner's bit
		return "100755"
	}
	return "100644"
}

// copyOf packs a directory and unpacks it again, so that grading gets the same files as on a
// runner.
func (k *checker) copyOf(dir, name string) (string, error) {
	to := filepath.Join(k.dir, name)
	if err := os.Mkdir(to, 0o700); err != nil {
		return "", fmt.Errorf("check: %w", err)
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(grade.Pack(w, dir)) }()
	err := grade.Unpack(r, to, runner.DefaultCaps().Tests)
	r.CloseWithError(err)
	if err != nil {
		return "", fmt.Errorf("%s: %w", dir, err)
	}
	return to, os.RemoveAll(filepath.Join(to, ".git"))
}

func (k *checker) open(ctx context.Context) (*grade.Grader, error) {
	logger, err := newLogger(k.c)
	if err != nil {
		return nil, err
	}
	level := sandbox.Level(k.c.String("level"))
	return grade.Open(ctx, k.dir, sandbox.Options{Dir: filepath.Join(k.dir, "wall"), Level: level, Min: sandbox.LevelUID, Logger: logger}, time.Now, logger)
}

// observer returns an observer that prints the grading, or prints nothing with --json.
func (k *checker) observer() *checkObserver {
	o := &checkObserver{out: k.c.App.Writer, transcript: transcript.New(course.Access{Viewer: course.Viewer{Admin: true}}, transcript.Options{Verbose: k.c.Bool("verbose")}), verbose: k.c.Bool("verbose")}
	if k.c.Bool("json") {
		o.out = io.Discard
	}
	return o
}

// report prints the result. Its error determines the exit status.
func (k *checker) report(o *checkObserver, r schema.Result) error {
	o.show(schema.Event{Kind: schema.EventEnded, State: schema.StateDone, Result: &r})
	if k.c.Bool("json") {
		if err := printJSON(k.c.App.Writer, course.Report(k.submissionOf(r), course.Access{Viewer: course.Viewer{Admin: true}}, k.zone)); err != nil {
			return err
		}
	}
	if r.Outcome == schema.OutcomeGraderError {
		return schema.Errorf(schema.CodeRefused, "%s: the tests are at fault, not the submission", r.Outcome)
	}
	if r.Blame != schema.BlameStudent {
		return schema.Errorf(schema.CodeRefused, "%s: %s", r.Outcome, r.Message)
	}
	return nil
}

// submissionOf wraps a result in a submission, for the JSON output.
func (k *checker) submissionOf(r schema.Result) schema.GradedSubmission {
	owner := "local"
	if base := filepath.Base(k.submission); schema.OwnerName("owner", base) == nil {
		owner = base
	}
	return schema.GradedSubmission{
		Submission: schema.Submission{
			Name:  schema.SubmissionName{Course: "check", Assignment: "local", Owner: owner, Number: 1},
			Login: owner, ReceivedAt: k.started,
		},
		Grading: schema.Grading{
			Job:    schema.Job{State: schema.StateDone, QueuedAt: k.started, StartedAt: r.StartedAt, EndedAt: r.FinishedAt},
			Result: &r,
		},
	}
}
