package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/grader/grader/schema"
)

// againstEnv is the environment variable with the path of an earlier grader binary. The bench measures both binaries in
// turns.
const againstEnv = "BENCH_AGAINST"

// binary is a grader to measure.
type binary struct{ name, path string }

// binaries returns the grader that `make bench` has built, and the earlier one if it is set.
func binaries() ([]binary, error) {
	ours, err := filepath.Abs(filepath.Join("bin", "grader"))
	if err != nil {
		return nil, err
	}
	list := []binary{{"grader", ours}}
	if earlier := os.Getenv(againstEnv); earlier != "" {
		list = append(list, binary{"the earlier grader", earlier})
	}
	for _, b := range list {
		if _, err := os.Stat(b.path); err != nil {
			return nil, fmt.Errorf("%w (make build builds it)", err)
		}
	}
	return list, nil
}

// took is the elapsed time of a command, and the processor time of all its processes.
type took struct{ wall, cpu time.Duration }

// minus returns the difference.
func (t took) minus(other took) took { return took{t.wall - other.wall, t.cpu - other.cpu} }

// each divides both times by n.
func (t took) each(n int) took { return took{t.wall / time.Duration(n), t.cpu / time.Duration(n)} }

// costs holds the measured costs of one operation.
type costs struct{ wall, cpu sample }

func (c *costs) add(t took) { c.wall, c.cpu = append(c.wall, t.wall), append(c.cpu, t.cpu) }

// print prints a row of elapsed time and one of processor time, with their ratios to floor.
func (c *costs) print(name string, floor *costs) {
	if floor == nil {
		floor = &costs{}
	}
	c.wall.print(name, floor.wall)
	c.cpu.print("  its processor time", floor.cpu)
}

// against prints a comparison of this program with the earlier one.
func (c *costs) against(earlier *costs) {
	if earlier == nil {
		return
	}
	fmt.Printf("  %-44s %.2f × its elapsed time, %.2f × its processor time\n", "against the earlier grader",
		float64(c.wall.median())/float64(earlier.wall.median()), float64(c.cpu.median())/float64(earlier.cpu.median()))
}

// runCommand runs a command in a directory and returns its times and output.
func runCommand(ctx context.Context, dir, name string, args ...string) (took, []byte, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	start := time.Now()
	out, err := cmd.Output()
	wall := time.Since(start)
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		return took{}, nil, fmt.Errorf("%s: %w\n%s", name, err, out)
	}
	return took{wall, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}, out, nil
}

// check grades a submission with a grader, and returns the time and the result. Every test must pass.
func (b binary) check(ctx context.Context, tests, submission, pins, level string) (took, schema.PublicSubmission, error) {
	args := []string{"check", "--json", "--pins", pins}
	if level != "" {
		args = append(args, "--level", level)
	}
	t, out, err := runCommand(ctx, ".", b.path, append(args, tests, submission)...)
	if err != nil {
		return took{}, schema.PublicSubmission{}, err
	}
	var result schema.PublicSubmission
	if err := json.Unmarshal(out, &result); err != nil {
		return took{}, result, err
	}
	for _, test := range result.Tests {
		if test.Outcome != schema.OutcomePassed {
			return took{}, result, fmt.Errorf("%s %s: %s", test.Name, test.Outcome, test.Message)
		}
	}
	if len(result.Tests) == 0 {
		return took{}, result, errors.New("no test was graded")
	}
	return t, result, nil
}

// writeFiles writes a directory of files.
func writeFiles(dir string, files map[string]string) error {
	for name, text := range files {
		file := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return err
		}
	}
	return nil
}
