package scheduler

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"

	"github.com/grader/grader/schema"
)

// maxPrepared bounds the tar archive of prepare's files, in bytes.
const maxPrepared = 1 << 30

// openCaches opens the caches of tests trees and of prepare's files in dir, with size bytes in
// total.
func (s *runnerAPI) openCaches(dir string, size int64) error {
	var err error
	s.dir = dir
	if s.trees, err = openCache(filepath.Join(dir, "trees"), size/2); err != nil {
		return fmt.Errorf("tests trees: %w", err)
	}
	if s.prepared, err = openCache(filepath.Join(dir, "prepared"), size/2); err != nil {
		return fmt.Errorf("prepared files: %w", err)
	}
	return nil
}

// current returns the order of the runner's current job.
func (s *runnerAPI) current(ctx context.Context, m *member, job int64) (schema.Order, error) {
	held, _, ok := m.held()
	if !ok || held != job {
		return schema.Order{}, schema.Errorf(schema.CodeForbidden, "job %d is not this runner's", job)
	}
	return s.Jobs.Order(ctx, job)
}

// submissionTar streams the student's tree. It is read once, so it is not cached.
func (s *runnerAPI) submissionTar(w http.ResponseWriter, r *http.Request, m *member, job int64) error {
	order, err := s.current(r.Context(), m, job)
	if err != nil {
		return err
	}
	if order.Submission.Commit == "" {
		return schema.Errorf(schema.CodeNotFound, "a gate has no submission")
	}
	body := &started{w: w}
	err = s.Trees.ExportTar(r.Context(), order.Submission.Repository, order.Submission.Commit, body)
	if err != nil && body.any {
		s.Logger.Error("submission's tree broke off", "job", job, "error", err)
		panic(http.ErrAbortHandler) // the response has begun; the runner must not accept a partial tree
	}
	return err
}

// started is a response body that records whether any of it was written.
type started struct {
	w   http.ResponseWriter
	any bool
}

// Write writes a part of the tar archive.
func (b *started) Write(p []byte) (int, error) {
	if !b.any {
		b.any = true
		b.w.Header().Set("Content-Type", "application/x-tar")
	}
	return b.w.Write(p)
}

// testsTar serves the tests tree from the cache. Every submission of the assignment reads it.
func (s *runnerAPI) testsTar(w http.ResponseWriter, r *http.Request, m *member, job int64) error {
	order, err := s.current(r.Context(), m, job)
	if err != nil {
		return err
	}
	f, err := s.openTests(r.Context(), order.Tests)
	if err != nil {
		return err
	}
	return send(w, f)
}

// preparedTar serves prepare's files for these tests on this image.
func (s *runnerAPI) preparedTar(w http.ResponseWriter, r *http.Request, m *member, job int64) error {
	order, err := s.current(r.Context(), m, job)
	if err != nil {
		return err
	}
	f, err := s.prepared.open(preparedKey(order, m), s.Clock())
	if errors.Is(err, os.ErrNotExist) {
		return schema.Errorf(schema.CodeNotFound, "not prepared yet")
	}
	if err != nil {
		return err
	}
	return send(w, f)
}

// keepPrepared stores prepare's files for all later jobs of these tests. It accepts them only while
// no student code can have run on that runner.
func (s *runnerAPI) keepPrepared(w http.ResponseWriter, r *http.Request, m *member, job int64) error {
	attempt, err := number(r, "attempt")
	if err != nil {
		return err
	}
	if err := m.owns(job, attempt); err != nil {
		return err
	}
	order, err := s.current(r.Context(), m, job)
	if err != nil {
		return err
	}
	err = s.prepared.put(preparedKey(order, m), func(into io.Writer) error {
		if err := receive(into, r.Body); err != nil {
			return err
		}
		if !m.mayPrepare() {
			return schema.Errorf(schema.CodeConflict, "the build has begun; nothing is prepared after it")
		}
		return nil
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// receive copies an upload of at most maxPrepared bytes.
func receive(into io.Writer, body io.Reader) error {
	n, err := io.Copy(into, io.LimitReader(body, maxPrepared+1))
	if err != nil {
		return &schema.Error{Code: schema.CodeInvalid, Message: "the upload broke off", Err: err}
	}
	if n > maxPrepared {
		return schema.Errorf(schema.CodeLimit, "prepare left more than %d bytes", int64(maxPrepared))
	}
	return nil
}

// send writes a file as the response and closes it.
func send(w http.ResponseWriter, f *os.File) error {
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("cached file: %w", err)
	}
	w.Header().Set("Content-Type", "application/x-tar")
	w.Header().Set("Content-Length", strconv.FormatInt(info.Size(), 10))
	_, _ = io.Copy(w, f) // ignore write errors; a disconnected client is detected elsewhere
	return nil
}

// preparedKey returns the cache key of prepare's files. It depends on the tests tree and the
// toolchain.
func preparedKey(order schema.Order, m *member) string {
	return digest(strconv.FormatInt(order.Tests.Repository, 10), order.Tests.Tree, m.runner.Flavour, m.runner.Image)
}

// digest returns a file name for the parts of a key.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))
}
