package main

import (
	"bufio"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/grader/grader/internal/demo"
)

// untilReport pushes main and returns the time from exec until the client prints git's
// report on the ref.
func untilReport(ctx context.Context, p *demo.Person, work, url string, options ...string) (time.Duration, error) {
	args := append(append([]string{"push"}, options...), url, "main")
	cmd := p.Command(ctx, work, "git", args...)
	said, err := cmd.StderrPipe()
	if err != nil {
		return 0, err
	}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	var reported time.Duration
	var all strings.Builder
	for lines := bufio.NewScanner(said); lines.Scan(); {
		if reported == 0 && strings.Contains(lines.Text(), "main -> main") {
			reported = time.Since(start)
		}
		all.WriteString(lines.Text() + "\n")
	}
	if err := cmd.Wait(); err != nil || reported == 0 {
		return 0, fmt.Errorf("push to %s: %w\n%s", url, err, all.String())
	}
	return reported, nil
}
