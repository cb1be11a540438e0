package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/grader/grader/schema"
)

// The environment variables that add to what is measured. Everything is measured in turns.
const (
	// againstEnv is the path of an earlier grader binary, with its grader-hook beside it.
	againstEnv = "BENCH_AGAINST"
	// imageEnv is a runner image of this grader; without it, nothing is measured in containers.
	imageEnv = "BENCH_IMAGE"
	// againstImageEnv is a runner image of the earlier grader.
	againstImageEnv = "BENCH_AGAINST_IMAGE"
)

// binary is a grader to measure. image is its runner image, "" if there is none.
type binary struct{ name, path, image string }

// binaries returns the grader that `make bench` has built, and the earlier one if it is set.
func binaries() ([]binary, error) {
	ours, err := filepath.Abs(filepath.Join("bin", "grader"))
	if err != nil {
		return nil, err
	}
	list := []binary{{"grader", ours, os.Getenv(imageEnv)}}
	if earlier := os.Getenv(againstEnv); earlier != "" {
		list = append(list, binary{"the earlier grader", earlier, os.Getenv(againstImageEnv)})
	}
	for _, b := range list {
		if _, err := os.Stat(b.path); err != nil {
			return nil, fmt.Errorf("%w (make build builds it)", err)
		}
	}
	return list, nil
}

// check grades a submission with a grader, and returns the time and the result. Every test must pass.
func (b binary) check(ctx context.Context, m *meter, tests, submission, pins, level string) (took, schema.PublicSubmission, error) {
	args := []string{"check", "--json", "--pins", pins}
	if level != "" {
		args = append(args, "--level", level)
	}
	t, out, err := m.costOf(ctx, ".", b.path, append(args, tests, submission)...)
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
