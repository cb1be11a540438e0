package grade

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/grader/grader/runner/sandbox"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/assignment"
)

// Autograders runs an autograder of Gradescope in a container of its own. files writes a tar file with submission/ and
// submission_metadata.json; it may be called again.
type Autograders func(ctx context.Context, order schema.AutograderOrder, files func(io.Writer) error) (schema.AutograderRun, error)

// setupFailure reports that an autograder has no image, which is a mistake of staff.
type setupFailure struct{ message, output string }

// Error implements error.
func (f *setupFailure) Error() string { return f.message }

// makeImages has the images of the job's autograders made, which may take longer than the job's limit. The error may
// be a setupFailure.
func (s *session) makeImages(ctx context.Context) error {
	for i := range s.spec.Tests {
		t := &s.spec.Tests[i]
		if !t.Setup {
			continue
		}
		order, err := s.autograderOrder(t)
		if err != nil {
			return err
		}
		order.ImageOnly = true
		if _, err := s.askAutograder(ctx, t, order, func(w io.Writer) error { return tar.NewWriter(w).Close() }); err != nil {
			return err
		}
	}
	return nil
}

// runInContainer runs the autograder in a container from the image that its setup.sh made. The error may be a
// setupFailure.
func (r *trial) runInContainer(ctx context.Context) (autograderRun, error) {
	metadata, err := r.metadata()
	if err != nil {
		return autograderRun{}, err
	}
	order, err := r.autograderOrder(r.test)
	if err != nil {
		return autograderRun{}, err
	}
	run, err := r.askAutograder(ctx, r.test, order, func(w io.Writer) error { return r.packForContainer(w, metadata) })
	if err != nil {
		return autograderRun{}, err
	}
	return r.readContainerRun(run)
}

// askAutograder sends an order to the server.
func (s *session) askAutograder(ctx context.Context, t *assignment.Test, order schema.AutograderOrder, files func(io.Writer) error) (schema.AutograderRun, error) {
	if s.job.Autograders == nil {
		return schema.AutograderRun{}, &setupFailure{message: t.Name + ": setup: true runs in a container that a server makes; push these tests to a server whose flavour has the pool docker"}
	}
	if ctx.Err() != nil {
		return schema.AutograderRun{}, errCutOff
	}
	if s.limit != nil { // an autograder has limits of its own, and waits for its turn on the server
		defer s.limit.pause()()
	}
	run, err := s.job.Autograders(ctx, order, files)
	switch {
	case ctx.Err() != nil && err != nil:
		return run, errCutOff
	case err != nil:
		return run, fmt.Errorf("run autograder: %w", err)
	case run.Failure != "":
		return run, &setupFailure{message: t.Name + ": " + run.Failure, output: schema.Excerpt(run.Setup, maxBuildOutput)}
	}
	return run, nil
}

// autograderOrder returns the order for the server.
func (s *session) autograderOrder(t *assignment.Test) (schema.AutograderOrder, error) {
	files, err := s.testsFiles()
	if err != nil {
		return schema.AutograderOrder{}, err
	}
	most := s.bounds(t.Limits)
	order := schema.AutograderOrder{Dir: t.Gradescope, Limits: schema.StepLimits{CPU: most.CPU, Wall: most.Wall, Memory: most.Memory, Processes: most.Processes, Disk: most.Disk}}
	secret := s.secrets()
	for _, f := range files {
		if strings.HasPrefix(f.path, t.Gradescope) && secret(f.path) {
			order.Without = append(order.Without, f.path)
		}
	}
	return order, nil
}

// packForContainer writes what a run needs in addition to the image.
func (r *trial) packForContainer(w io.Writer, metadata []byte) error {
	t := tar.NewWriter(w)
	if err := t.WriteHeader(&tar.Header{Typeflag: tar.TypeReg, Name: "submission_metadata.json", Size: int64(len(metadata)), Mode: 0o644}); err != nil {
		return err
	}
	if _, err := t.Write(metadata); err != nil {
		return err
	}
	for _, f := range r.shown.files {
		if err := packAs(t, "submission/"+f.path, filepath.Join(r.shown.path(), f.path), f); err != nil {
			return fmt.Errorf("pack submission: %w", err)
		}
	}
	return t.Close()
}

// packAs writes one file under another name.
func packAs(t *tar.Writer, name, from string, is treeFile) error {
	f, err := os.Open(from)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	header := &tar.Header{Typeflag: tar.TypeReg, Name: name, Size: info.Size(), Mode: int64(is.mode.Perm() | 0o600), ModTime: info.ModTime(), Format: tar.FormatPAX}
	if err := t.WriteHeader(header); err != nil {
		return err
	}
	_, err = io.CopyN(t, f, info.Size())
	return err
}

// readContainerRun turns the server's answer into a run.
func (r *trial) readContainerRun(run schema.AutograderRun) (autograderRun, error) {
	got := autograderRun{
		Result:  sandbox.Result{Exit: run.Exit, Limit: sandbox.Limit(run.Limit), CPU: run.CPU, Wall: run.Wall, Memory: run.Memory, Disk: run.Disk},
		results: run.Results, missing: run.Missing, stdout: schema.Excerpt(run.Stdout, maxOutput),
	}
	got.end = endingOf(got.Result, r.bounds(r.test.Limits), expectation{any: true}, true)
	if got.Limit != "" { // the end is ours
		got.Exit, got.Signal = 0, syscall.SIGKILL
	}
	handed, err := r.contentsOfSubmission()
	if err != nil {
		return got, err
	}
	for _, c := range run.Changed {
		same, err := r.sameContent(c, handed)
		if err != nil {
			return got, err
		}
		if !same {
			got.changed = append(got.changed, c.Path)
		}
	}
	slices.Sort(got.changed)
	got.changesUnknown = run.ChangesUnknown
	return got, nil
}

// sameContent reports whether a changed file has the content of the tests repository, or of one of the submission's
// files.
func (r *trial) sameContent(c schema.AutograderChange, handed map[[sha256.Size]byte]bool) (bool, error) {
	var sum [sha256.Size]byte
	if len(c.Content) != hex.EncodedLen(len(sum)) {
		return false, nil
	}
	if _, err := hex.Decode(sum[:], []byte(c.Content)); err != nil {
		return false, fmt.Errorf("changed file: %w", err)
	}
	if handed[sum] {
		return true, nil
	}
	files, err := r.testsFiles()
	if err != nil {
		return false, err
	}
	name := r.test.Gradescope + c.Path
	if !slices.ContainsFunc(files, func(f treeFile) bool { return f.path == name }) { // setup.sh made it
		return false, nil
	}
	content, err := os.ReadFile(filepath.Join(r.job.Tests, filepath.FromSlash(name)))
	if err != nil {
		return false, fmt.Errorf("autograder: %w", err)
	}
	unix := bytes.ReplaceAll(content, []byte("\r\n"), []byte("\n"))
	return sha256.Sum256(content) == sum || sha256.Sum256(unix) == sum, nil
}
