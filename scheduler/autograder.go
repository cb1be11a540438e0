package scheduler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/grader/grader/schema"
)

// Autograders runs autograders of Gradescope, each in a container of its own, from images that their setup.sh made.
type Autograders interface {
	// RunAutograder makes the image unless it exists, and runs the autograder once unless the order has ImageOnly. It returns when all processes of
	// the run have ended. A setup.sh that failed, and a flavour without such images, are a Failure in the reply.
	// CodeUnavailable: the daemon does not answer, ErrLowSpace, or ErrFillsDisk.
	RunAutograder(ctx context.Context, job AutograderJob) (schema.AutograderRun, error)
}

// AutograderJob is one run of an autograder.
type AutograderJob struct {
	schema.AutograderOrder
	Flavour    schema.Flavour
	Tests      schema.Tree
	Package    func(ctx context.Context) (io.ReadCloser, error) // the tests repository as a tar file
	Submission io.ReadSeeker                                    // the request's tar file
	Lane       schema.Lane                                      // of the job, which decides whose turn it is
}

// maxAutograderFiles bounds the tar file of a submission for an autograder, in bytes.
const maxAutograderFiles = 1 << 30

// runAutograder runs an autograder for the runner's job. The package is read from the server's own copy of the tests,
// so that a runner cannot choose what an image is made of.
func (s *runnerAPI) runAutograder(w http.ResponseWriter, r *http.Request, m *member, job int64) error {
	var asked schema.AutograderOrder
	if err := json.Unmarshal([]byte(r.URL.Query().Get("order")), &asked); err != nil {
		return &schema.Error{Code: schema.CodeInvalid, Message: "the order is not what this version expects", Err: err}
	}
	if err := m.owns(job, asked.Attempt); err != nil {
		return err
	}
	if !m.autograder.TryLock() { // its last request may have broken off a moment ago
		return schema.Errorf(schema.CodeUnavailable, "another autograder of this runner has not ended yet")
	}
	defer m.autograder.Unlock()
	order, err := s.current(r.Context(), m, job)
	if err != nil {
		return err
	}
	if s.Autograders == nil {
		reply(w, http.StatusOK, schema.AutograderRun{Failure: "this server makes no images: setup: true needs a flavour whose pool is docker, or autograders: {image: …} in the server's configuration"})
		return nil
	}
	flavour := s.flavour(m.flavour)
	flavour.Name = m.flavour
	if err := checkOrder(&asked, flavour); err != nil {
		return err
	}
	files, err := s.spool(r.Body)
	if err != nil {
		return err
	}
	defer files.Close()
	ctx, cancel := s.untilStop(r.Context())
	defer cancel()
	run, err := s.Autograders.RunAutograder(ctx, AutograderJob{
		AutograderOrder: asked, Flavour: flavour, Tests: order.Tests, Submission: files, Lane: order.Lane,
		Package: func(ctx context.Context) (io.ReadCloser, error) { return s.openTests(ctx, order.Tests) },
	})
	if errors.Is(err, ErrLowSpace) || errors.Is(err, ErrFillsDisk) {
		return s.shortOfSpace(ctx, m, err)
	}
	if err != nil {
		return err
	}
	reply(w, http.StatusOK, run)
	return nil
}

// untilStop returns a context that also ends when the scheduler stops. A stop waits for its requests.
func (s *runnerAPI) untilStop(ctx context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.stopping, cancel)
	return ctx, func() { stop(); cancel() }
}

// longestAutograder bounds the time of one run, whatever a runner asks for.
const longestAutograder = 24 * time.Hour

// checkOrder keeps the limits of an order within those of the flavour, because a runner has run student code.
// CodeInvalid: the directory is not one of the tests repository.
func checkOrder(o *schema.AutograderOrder, f schema.Flavour) error {
	if name, ok := strings.CutSuffix(o.Dir, "/"); !ok || name == "." || !fs.ValidPath(name) {
		return schema.Errorf(schema.CodeInvalid, "%q is not a directory of the tests repository", o.Dir)
	}
	for _, name := range o.Without {
		if !strings.HasPrefix(name, o.Dir) {
			return schema.Errorf(schema.CodeInvalid, "%q is not a file of %s", name, o.Dir)
		}
	}
	within := func(asked *int64, most int64) {
		if most > 0 && (*asked <= 0 || *asked > most) {
			*asked = most
		}
	}
	processes := int64(o.Limits.Processes)
	within(&o.Limits.Memory, f.Memory)
	within(&o.Limits.Disk, f.Scratch)
	within(&processes, int64(f.Processes))
	o.Limits.Processes = int(processes)
	within((*int64)(&o.Limits.Wall), int64(longestAutograder))
	within((*int64)(&o.Limits.CPU), int64(longestAutograder))
	return nil
}

// spool copies a request's body to a file without a name. While a body is unread, the end of its connection is not
// noticed.
func (s *runnerAPI) spool(body io.Reader) (*os.File, error) {
	f, err := os.CreateTemp(s.dir, "autograder-")
	if err != nil {
		return nil, fmt.Errorf("submission for autograder: %w", err)
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(fmt.Errorf("submission for autograder: %w", err), f.Close())
	}
	n, err := io.Copy(f, io.LimitReader(body, maxAutograderFiles+1))
	switch {
	case err != nil:
		err = &schema.Error{Code: schema.CodeInvalid, Message: "the submission's files broke off", Err: err}
	case n > maxAutograderFiles:
		err = schema.Errorf(schema.CodeLimit, "the submission's files are larger than %d bytes", maxAutograderFiles)
	default:
		_, err = f.Seek(0, io.SeekStart)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// openTests opens the tests tree as a tar file, from the cache.
func (s *runnerAPI) openTests(ctx context.Context, tests schema.Tree) (*os.File, error) {
	key := digest(strconv.FormatInt(tests.Repository, 10), tests.Commit)
	return s.trees.openOr(ctx, key, s.Clock(), func(ctx context.Context, into io.Writer) error {
		return s.Trees.ExportTar(ctx, tests.Repository, tests.Commit, into)
	})
}
