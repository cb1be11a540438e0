package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/grader/grader/classroom/roster"
	"github.com/grader/grader/internal/load"
	"github.com/grader/grader/schema"
)

func loadCommand() *cli.Command {
	return &cli.Command{
		Name:  "load",
		Usage: "simulate the hours before a deadline: students and runners against a real queue",
		Description: "Simulated students push more often towards the due date, and simulated runners do the work\n" +
			"over the real protocol, with a separate control plane in a new temporary directory. A\n" +
			"running service is not touched. Prints how long pushes waited, for each course, and\n" +
			"how the number of runners changed. The exit status is 1 if a job was\n" +
			"lost or done twice.\n\n" +
			"With --roster the courses and students are those of a roster's file, which is not changed.\n" +
			"Each course has one assignment; --due and --extended say when it is due for whom, and the\n" +
			"number of runners follows these due dates.\n\n" +
			"Example: grader load --students 500 --runners 40 --jobs 2000 --job 6s --over 1h --speed 20\n" +
			"         grader load --roster comp2402.csv --due 45m --extended 5 --extension 30m --runners 40 --jobs 900 --speed 20",
		Flags:        loadFlags(),
		OnUsageError: misuse,
		Action:       playLoad,
	}
}

func loadFlags() []cli.Flag {
	return []cli.Flag{
		&cli.IntFlag{Name: "students", Usage: "`N` students", Value: 100},
		&cli.IntFlag{Name: "courses", Usage: "`N` courses; the students are spread over them", Value: 4},
		&cli.StringSliceFlag{Name: "roster", Usage: "a course with the students of the roster in `FILE`; repeat for more courses"},
		&cli.StringSliceFlag{Name: "due", Usage: "work is due `DURATION` after the start; repeat for more courses (default: --over)"},
		&cli.IntFlag{Name: "extended", Usage: "`N` students of each course have an extension"},
		&cli.DurationFlag{Name: "extension", Usage: "of `DURATION`"},
		&cli.IntFlag{Name: "runners", Usage: "`M` runners at most", Value: 20},
		&cli.IntFlag{Name: "warm", Usage: "`N` runners that are kept ready", Value: 2},
		&cli.IntFlag{Name: "jobs", Usage: "`K` pushes", Value: 500},
		&cli.IntFlag{Name: "waiting", Usage: "`N` of them wait before the first runner starts"},
		&cli.IntFlag{Name: "flood", Usage: "`N` additional pushes of one student that wait at the start"},
		&cli.IntFlag{Name: "crowded", Usage: "`N` additional pushes of one more course that wait at the start"},
		&cli.DurationFlag{Name: "over", Usage: "simulate `DURATION`", Value: time.Hour},
		&cli.DurationFlag{Name: "job", Usage: "a job takes `DURATION` in the median", Value: 6 * time.Second},
		&cli.Float64Flag{Name: "starts", Usage: "the cluster can start `N` runners a second", Value: 200},
		&cli.Float64Flag{Name: "vanish", Usage: "`FRACTION` of the runners that vanish in the middle of their job, 0 to 0.5"},
		&cli.Float64Flag{Name: "speed", Usage: "simulate `N` times as fast as real time", Value: 1},
		&cli.DurationFlag{Name: "lease", Usage: "a silent runner loses its job after `DURATION` of real time", Value: 30 * time.Second},
		&cli.Uint64Flag{Name: "seed", Usage: "`N` that seeds the random numbers", Value: 1},
		&cli.StringFlag{Name: "dir", Usage: "create the temporary directory in `DIR`, whose disk is measured"},
		&cli.BoolFlag{Name: "json", Usage: "print JSON"},
		&cli.StringFlag{Name: "plane", Usage: "be the control plane, in `DIR`", Hidden: true},
	}
}

func playLoad(c *cli.Context) error {
	if _, err := arguments(c); err != nil {
		return err
	}
	if dir := c.String("plane"); dir != "" {
		collectSooner()
		// A signal from the terminal stops the parent, which ends this process by closing the pipe.
		return (&load.Plane{Dir: dir, In: c.App.Reader, Out: c.App.Writer}).Run(context.WithoutCancel(c.Context))
	}
	plan, err := loadPlan(c)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(c.String("dir"), "grader-load-")
	if err != nil {
		return fmt.Errorf("temporary directory: %w", err)
	}
	defer os.RemoveAll(dir)
	report, err := playOver(c.Context, plan, dir)
	if report.Jobs == 0 && err != nil {
		return err
	}
	if c.Bool("json") {
		err = errors.Join(err, printJSON(c.App.Writer, report))
	} else {
		report.Print(c.App.Writer)
	}
	if !report.OK() {
		err = errors.Join(err, schema.Errorf(schema.CodeInternal, "%d jobs were lost and %d done twice", report.Lost, report.Duplicated))
	}
	return err
}

// loadPlan builds the plan from the flags and the roster files.
func loadPlan(c *cli.Context) (load.Plan, error) {
	plan := load.Plan{
		Students: c.Int("students"), Courses: c.Int("courses"), Runners: c.Int("runners"), Warm: min(c.Int("warm"), c.Int("runners")),
		Jobs: c.Int("jobs"), Waiting: c.Int("waiting"), Flood: c.Int("flood"), Crowded: c.Int("crowded"), Over: c.Duration("over"),
		Job: c.Duration("job"), Starts: c.Float64("starts"), Vanish: c.Float64("vanish"), Speed: c.Float64("speed"),
		Lease: c.Duration("lease"), Seed: c.Uint64("seed"), Extended: c.Int("extended"), Extension: c.Duration("extension"),
	}
	if files := c.StringSlice("roster"); len(files) > 0 && (c.IsSet("students") || c.IsSet("courses")) {
		return plan, schema.Errorf(schema.CodeInvalid, "students, courses: the rosters decide these; leave them out")
	}
	for _, file := range c.StringSlice("roster") {
		rows, err := loadRoster(file)
		if err != nil {
			return plan, err
		}
		plan.Rosters = append(plan.Rosters, rows)
	}
	for _, text := range c.StringSlice("due") {
		due, err := time.ParseDuration(text)
		if err != nil {
			return plan, schema.Errorf(schema.CodeInvalid, "due: %q is no duration; use one such as 45m", text)
		}
		plan.Dues = append(plan.Dues, due)
	}
	return plan, nil
}

// loadRoster reads the people of a roster. It skips rows that an import would refuse.
func loadRoster(file string) ([]schema.RosterRow, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, &schema.Error{Code: schema.CodeInvalid, Message: fmt.Sprintf("roster %s cannot be read: %v", file, err), Err: err}
	}
	read, err := roster.Read(data, roster.Options{})
	if err != nil {
		return nil, fmt.Errorf("roster %s: %w", file, err)
	}
	return read.People, nil
}

// playOver runs the simulation against a control plane in a child process.
func playOver(ctx context.Context, plan load.Plan, dir string) (report load.Report, err error) {
	self, err := os.Executable()
	if err != nil {
		return report, fmt.Errorf("find myself: %w", err)
	}
	plane := exec.CommandContext(context.WithoutCancel(ctx), self, "load", "--plane", dir)
	plane.Stderr = os.Stderr
	in, err := plane.StdinPipe()
	if err != nil {
		return report, err
	}
	out, err := plane.StdoutPipe()
	if err != nil {
		return report, err
	}
	if err := plane.Start(); err != nil {
		return report, fmt.Errorf("start the control plane: %w", err)
	}
	report, err = load.Play(ctx, plan, in, out)
	return report, errors.Join(err, plane.Wait())
}
