package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// trees holds the directories that a job uses.
type trees struct {
	submission, tests, prepared string // submission is "" for a gate, prepared is "" if nothing was prepared
}

// fetch fetches all trees of the job concurrently.
func (w *work) fetch(ctx context.Context) (trees, error) {
	var t trees
	group, ctx := errgroup.WithContext(ctx)
	get := func(name string, caps grade.Caps, into *string) {
		group.Go(func() (err error) {
			*into, err = w.tree(ctx, name, caps)
			return err
		})
	}
	if w.order.Kind != schema.JobGate {
		get("submission", w.agent.Caps.Submission, &t.submission)
	}
	get("tests", w.agent.Caps.Tests, &t.tests)
	get("prepared", w.agent.Caps.Prepared, &t.prepared)
	return t, group.Wait()
}

// tree fetches one tree into a private directory and returns its path, or "" if the server has
// none.
func (w *work) tree(ctx context.Context, name string, caps grade.Caps) (string, error) {
	dir := filepath.Join(w.dir, name)
	err := w.client.fetch(ctx, w.order, name+".tar", func(r io.Reader) error {
		if err := os.RemoveAll(dir); err != nil { // left by an interrupted attempt
			return fmt.Errorf("empty directory: %w", err)
		}
		if err := os.Mkdir(dir, 0o700); err != nil {
			return fmt.Errorf("make directory: %w", err)
		}
		return unpack(r, dir, caps)
	})
	if schema.CodeOf(err) == schema.CodeNotFound && name == "prepared" {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("fetch %s: %w", name, err)
	}
	return dir, nil
}

// unpack unpacks a whole answer. The error is temporary if the answer was truncated. If the engine
// refuses the tree, the fault is ours, because the server should have refused it.
func unpack(r io.Reader, dir string, caps grade.Caps) error {
	watched := &source{r: r}
	err := grade.Unpack(watched, dir, caps)
	if watched.err != nil {
		return &schema.Error{Code: schema.CodeUnavailable, Message: "the tree broke off", Err: watched.err}
	}
	if err != nil {
		return &schema.Error{Code: schema.CodeConflict, Message: "the tree cannot be unpacked", Err: err}
	}
	return nil
}

// source records why reading failed.
type source struct {
	r   io.Reader
	err error
}

// Read reads from the answer.
func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		s.err = err
	}
	return n, err
}
