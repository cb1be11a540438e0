package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os/exec"
	"time"
)

// took is the elapsed time of a command, and the processor time of all its processes.
type took struct{ wall, cpu time.Duration }

// minus returns the difference.
func (t took) minus(other took) took { return took{t.wall - other.wall, t.cpu - other.cpu} }

// plus returns the sum.
func (t took) plus(other took) took { return took{t.wall + other.wall, t.cpu + other.cpu} }

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
	if c.cpu.median() > 0 {
		c.cpu.print("  its processor time", floor.cpu)
	}
}

// against prints a comparison of this program with the earlier one.
func (c *costs) against(earlier *costs) {
	if earlier == nil {
		return
	}
	line := fmt.Sprintf("  %-44s %.2f × its elapsed time", "against the earlier grader", c.wall.ratio(earlier.wall))
	if earlier.cpu.median() > 0 {
		line += fmt.Sprintf(", %.2f × its processor time", c.cpu.ratio(earlier.cpu))
	}
	fmt.Println(line)
}

// costOf runs a command in a directory and returns its times and output.
func (m *meter) costOf(ctx context.Context, dir, name string, args ...string) (took, []byte, error) {
	before, err := m.used()
	if err != nil {
		return took{}, nil, err
	}
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = dir
	m.attach(cmd)
	wall, out, err := runCommand(cmd)
	if err != nil {
		return took{}, nil, err
	}
	after, err := m.used()
	return took{wall, after - before}, out, err
}

// runCommand runs a command and returns its elapsed time and output.
func runCommand(cmd *exec.Cmd) (time.Duration, []byte, error) {
	start := time.Now()
	out, err := cmd.Output()
	wall := time.Since(start)
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			err = fmt.Errorf("%w: %s", err, bytes.TrimSpace(exit.Stderr))
		}
		return 0, nil, fmt.Errorf("%s: %w %s", cmd.Path, err, bytes.TrimSpace(out))
	}
	return wall, out, nil
}
