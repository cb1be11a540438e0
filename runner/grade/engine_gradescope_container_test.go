package grade_test

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/runner/grade"
	"github.com/grader/grader/schema"
)

// container is a server that answers with a fixed run.
type container struct {
	run   schema.AutograderRun
	err   error
	asked []schema.AutograderOrder
	files map[string]string // of the last request
}

func (c *container) autograder(_ context.Context, order schema.AutograderOrder, files func(io.Writer) error) (schema.AutograderRun, error) {
	c.asked, c.files = append(c.asked, order), map[string]string{}
	sent := &bytes.Buffer{}
	if err := files(sent); err != nil {
		return schema.AutograderRun{}, err
	}
	for from := tar.NewReader(sent); ; {
		h, err := from.Next()
		if errors.Is(err, io.EOF) {
			return c.run, c.err
		}
		if err != nil {
			return schema.AutograderRun{}, err
		}
		text, err := io.ReadAll(from)
		if err != nil {
			return schema.AutograderRun{}, err
		}
		c.files[h.Name] = string(text)
	}
}

// setupTests returns a tests repository whose autograder runs in a container.
func setupTests(t *testing.T) string {
	t.Helper()
	tests := gradescopeTests("#!/bin/sh\r\n", ", setup: true, wall: 7m")
	tests["autograder/setup.sh"] = "true\n"
	return tests.write(t)
}

func sumOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func TestAutograderInContainer(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	server := &container{run: schema.AutograderRun{
		Results: []byte(`{"score": 7, "output": "in /autograder"}`), Stdout: "said", Exit: 3, CPU: time.Second, Memory: 5 << 20,
		Changed: []schema.AutograderChange{
			{Path: "lib/helper.sh", Content: sumOf("forged")}, {Path: "run_autograder", Content: sumOf("#!/bin/sh\n")}, {Path: "answer", Content: sumOf("7")}, {Path: "gone"}, {Path: "made/by/setup", Content: sumOf("y")},
		},
	}}
	job := graded(setupTests(t), files{"answer": "7", "dir/other": "x"}.write(t))
	job.Autograders = server.autograder
	r := mustGrade(t, g, job)
	points(t, r, "7", "10")
	got := byName(t, r, "auto")
	if got.Output != "in /autograder" || !strings.HasPrefix(got.JudgeMessage, "said\n") || got.CPU != time.Second || got.Memory != 5<<20 {
		t.Errorf("%+v", got)
	}
	if want := "of the autograder's own files: gone, lib/helper.sh, made/by/setup"; !strings.HasSuffix(got.JudgeMessage, want) {
		t.Errorf("%q, want %q", got.JudgeMessage, want)
	}
	want := schema.StepLimits{CPU: 10 * time.Minute, Wall: 7 * time.Minute, Memory: 768 << 20, Processes: 256, Disk: 512 << 20}
	if len(server.asked) != 2 || !server.asked[0].ImageOnly {
		t.Errorf("the image was not made before the job's limit began: %+v", server.asked)
	}
	if asked := server.asked[1]; asked.ImageOnly || asked.Dir != "autograder/" || asked.Limits != want || len(asked.Without) > 0 {
		t.Errorf("%+v, want %+v", asked, want)
	}
	metadata := server.files["submission_metadata.json"]
	delete(server.files, "submission_metadata.json")
	if diff := cmp.Diff(map[string]string{"submission/answer": "7", "submission/dir/other": "x"}, server.files); diff != "" || !strings.HasPrefix(metadata, `{"id":`) {
		t.Errorf("-want +got:\n%s\n%s", diff, metadata)
	}
}

// TestWaitingForTheServerIsNotPartOfTheJob checks that making an image, and waiting for a turn, may take longer than the
// job's limit, and that both end when the runner is told to stop.
func TestWaitingForTheServerIsNotPartOfTheJob(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	server := &container{run: schema.AutograderRun{Results: []byte(`{"score": 7}`)}}
	job := graded(setupTests(t), files{"answer": "7"}.write(t))
	var limits []bool
	job.Autograders = func(ctx context.Context, order schema.AutograderOrder, files func(io.Writer) error) (schema.AutograderRun, error) {
		_, limited := ctx.Deadline()
		limits = append(limits, limited)
		return server.autograder(ctx, order, files)
	}
	points(t, mustGrade(t, g, job), "7", "10")
	if diff := cmp.Diff([]bool{false, false}, limits); diff != "" {
		t.Errorf("which requests have a limit: -want +got:\n%s", diff)
	}
	for stopped := range 2 {
		n := 0
		ctx, stop := context.WithCancel(t.Context())
		job.Autograders = func(ctx context.Context, order schema.AutograderOrder, files func(io.Writer) error) (schema.AutograderRun, error) {
			if n++; n > stopped {
				stop()
				<-ctx.Done()
				return schema.AutograderRun{}, ctx.Err()
			}
			return server.autograder(ctx, order, files)
		}
		if _, err := g.Grade(ctx, job, &recorder{}); !errors.Is(err, context.Canceled) {
			t.Errorf("stopped in request %d: %v", stopped+1, err)
		}
	}
}

func TestAutograderInContainerAtLimits(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	for limit, want := range map[string]struct {
		outcome schema.Outcome
		says    string
	}{
		"wall":   {schema.OutcomeTimeLimit, "still running after 7 min"},
		"cpu":    {schema.OutcomeTimeLimit, "time limit of 10 min exceeded"},
		"memory": {schema.OutcomeMemoryLimit, "memory limit of 768 MiB exceeded"},
		"disk":   {schema.OutcomeDiskLimit, "disk limit of 512 MiB exceeded"},
	} {
		server := &container{run: schema.AutograderRun{Results: []byte(`{"score": 4}`), Limit: limit, Exit: 137}}
		job := graded(setupTests(t), files{"answer": "7"}.write(t))
		job.Autograders = server.autograder
		r := mustGrade(t, g, job)
		points(t, r, "4", "10")
		if got := byName(t, r, "auto"); got.Outcome != want.outcome || !strings.HasPrefix(got.Message, want.says) || !strings.HasSuffix(got.Message, "what results.json held by then counts") {
			t.Errorf("%s: %s %q", limit, got.Outcome, got.Message)
		}
	}
}

// TestNoImage checks that the tests are at fault if there is no image, and that staff read why.
func TestNoImage(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	for name, c := range map[string]struct {
		server *container
		says   string
	}{
		"setup.sh failed": {&container{run: schema.AutograderRun{Failure: "setup.sh failed with exit status 3", Setup: "no such package"}}, "auto: setup.sh failed with exit status 3\nno such package"},
		"no server":       {nil, "auto: setup: true runs in a container that a server makes; push these tests to a server whose flavour has the pool docker"},
	} {
		job := graded(setupTests(t), files{"answer": "7"}.write(t))
		if c.server != nil {
			job.Autograders = c.server.autograder
		}
		r := mustGrade(t, g, job)
		if r.Outcome != schema.OutcomeGraderError || r.Blame != schema.BlameGrader || r.Message != c.says {
			t.Errorf("%s: %s %s %q", name, r.Outcome, r.Blame, r.Message)
		}
	}
	server := &container{err: schema.Errorf(schema.CodeUnavailable, "the Docker daemon does not answer")}
	job := graded(setupTests(t), files{"answer": "7"}.write(t))
	job.Autograders = server.autograder
	if _, err := g.Grade(t.Context(), job, &recorder{}); schema.CodeOf(err) != schema.CodeUnavailable {
		t.Errorf("an infrastructure's error became %v", err)
	}
}

// TestTestsRunAfterALongWait has the server let the first of two tests wait for longer than the job's limit.
func TestTestsRunAfterALongWait(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	tests := gradescopeTests("#!/bin/sh\n", "")
	tests["autograder/setup.sh"] = "true\n"
	tests["assignment.yaml"] = "title: T\nlimits: {job: 3s}\ntests:\n- {name: first, gradescope: autograder, setup: true, points: 4}\n- {name: second, run: [\"true\"], points: 6}\n"
	server, waited := &container{run: schema.AutograderRun{Results: []byte(`{"score": 4}`)}}, false
	job := graded(tests.write(t), files{"answer": "7"}.write(t))
	job.Autograders = func(ctx context.Context, order schema.AutograderOrder, files func(io.Writer) error) (schema.AutograderRun, error) {
		if !order.ImageOnly {
			waited = true
			place := time.NewTimer(4 * time.Second)
			defer place.Stop()
			select {
			case <-place.C:
			case <-ctx.Done():
			}
		}
		return server.autograder(ctx, order, files)
	}
	if r := mustGrade(t, g, job); !waited {
		t.Error("no autograder ran")
	} else {
		points(t, r, "10", "10")
	}
}

// TestStaffReadThatChangesAreUnknown checks what staff read if the server could not compare all of source/.
func TestStaffReadThatChangesAreUnknown(t *testing.T) {
	t.Parallel()
	need(t, "sh")
	g := newGrader(t)
	for want, changed := range map[string][]schema.AutograderChange{
		"which of the autograder's own files were changed during the run is not known":       {{Path: "answer", Content: sumOf("7")}},
		"of the autograder's own files: gone; not all changes are known":                     {{Path: "gone"}},
		"of the autograder's own files: 1, 2, 3, 4, 5 and 1 more; not all changes are known": {{Path: "1"}, {Path: "2"}, {Path: "3"}, {Path: "4"}, {Path: "5"}, {Path: "6"}},
	} {
		server := &container{run: schema.AutograderRun{Results: []byte(`{"score": 7}`), Changed: changed, ChangesUnknown: true}}
		job := graded(setupTests(t), files{"answer": "7"}.write(t))
		job.Autograders = server.autograder
		if got := byName(t, mustGrade(t, g, job), "auto"); !strings.HasSuffix(got.JudgeMessage, want) {
			t.Errorf("%q, want %q", got.JudgeMessage, want)
		}
	}
}

var _ grade.Autograders = (&container{}).autograder
