package docker

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"time"

	"github.com/containerd/errdefs"
	"golang.org/x/sync/errgroup"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/schema"
)

const (
	submissionDir = "submission/"
	metadataName  = "submission_metadata.json"
	resultsPath   = "/autograder/results/results.json"
	stdoutPath    = "/autograder/results/stdout"

	// maxResults bounds results.json, in bytes. A longer one is not read.
	maxResults = 8 << 20
	// maxStdout bounds what is read of results/stdout, in bytes.
	maxStdout = 64 << 20
)

// runScript runs an autograder as Gradescope does. It ends after $GRADER_TIME seconds if the server is away.
const runScript = `cd /autograder || exit 1
limit=$GRADER_TIME; unset GRADER_TIME
if command -v timeout >/dev/null; then set -- timeout -s KILL "$limit"; fi
exec "$@" ./run_autograder >results/stdout 2>&1 </dev/null`

// timeVariable returns the variable for a script's own time limit, which is a minute after the server's.
func timeVariable(most time.Duration) string {
	return fmt.Sprintf("GRADER_TIME=%d", int((most + time.Minute).Seconds()))
}

// grade runs an autograder in its image.
func (a *Autograders) grade(ctx context.Context, image string, job scheduler.AutograderJob) (run schema.AutograderRun, err error) {
	t := newTurn(kindGrading, job.Lane, false)
	err = repeatAlone(t, func() (err error) {
		run, err = a.gradeOnce(ctx, image, job, t)
		return err
	})
	return run, err
}

func (a *Autograders) gradeOnce(ctx context.Context, image string, job scheduler.AutograderJob, t *turn) (run schema.AutograderRun, err error) {
	var before sourceFiles
	spec := containerSpec{
		created: func(ctx context.Context, container string) { before = a.sourceBefore(ctx, image, container) },
		image:   image, script: runScript, network: networkNone, env: []string{"PYTHONPATH=/autograder/source", timeVariable(job.Limits.Wall)}, turn: t,
		files: func(w io.Writer) error { return copySubmission(w, job.Submission) },
		cpu:   job.Flavour.CPU, processes: job.Limits.Processes, limits: job.Limits,
	}
	err = a.runContainer(ctx, spec, func(ctx context.Context, container string, end containerEnd) error {
		run = schema.AutograderRun{Exit: end.exit, Limit: end.limit, CPU: end.cpu, Wall: end.wall, Memory: end.memory, Disk: end.disk}
		reading, ctx := errgroup.WithContext(ctx)
		reading.Go(func() error { return a.readChanges(ctx, container, before, &run) })
		for _, read := range []func(context.Context, string, *schema.AutograderRun) error{a.readResults, a.readStdout} {
			reading.Go(func() error { return read(ctx, container, &run) }) // each sets fields of its own
		}
		if err := reading.Wait(); err != nil {
			return err
		}
		if end.lowSpace && !succeeded(run) {
			return errHarmed
		}
		return nil
	})
	if err != nil {
		run = schema.AutograderRun{}
	}
	if errdefs.IsNotFound(err) { // the image was removed a moment ago, and is made again
		return schema.AutograderRun{}, schema.Wrapf(schema.CodeUnavailable, err, "%s", schema.MessageOf(err))
	}
	if why := refused(err); why != "" {
		return schema.AutograderRun{Failure: "the autograder's container: " + why}, nil
	}
	return run, err
}

// succeeded reports whether a run with exit status 0 has whole results, and nothing says that it lacked space. Such a
// run is not repeated because somebody else's container nearly filled the disk: what it wrote is there.
func succeeded(run schema.AutograderRun) bool {
	return run.Missing == "" && json.Valid(run.Results) && !lacksSpace(run.Results) && !lacksSpace([]byte(run.Stdout))
}

// copySubmission copies a runner's tar file. Only regular files with the names of the layout are copied, because a
// runner has run student code.
func copySubmission(w io.Writer, files io.ReadSeeker) error {
	if _, err := files.Seek(0, io.SeekStart); err != nil { // a repeated run reads it again
		return fmt.Errorf("read submission: %w", err)
	}
	from, to := tar.NewReader(files), tar.NewWriter(w)
	if err := to.WriteHeader(&tar.Header{Typeflag: tar.TypeDir, Name: autograderDir + submissionDir, Mode: 0o755}); err != nil {
		return err
	}
	for {
		h, err := from.Next()
		if errors.Is(err, io.EOF) {
			return to.Close()
		}
		if err != nil {
			return fmt.Errorf("read submission: %w", err)
		}
		if h.Typeflag != tar.TypeReg || path.Clean(h.Name) != h.Name || h.Name != metadataName && !strings.HasPrefix(h.Name, submissionDir) {
			return schema.Errorf(schema.CodeInvalid, "the submission's files hold %q, which is not part of the layout", h.Name)
		}
		is := tar.Header{Typeflag: tar.TypeReg, Name: autograderDir + h.Name, Size: h.Size, Mode: h.Mode & 0o755, ModTime: h.ModTime, Format: tar.FormatPAX}
		if err := to.WriteHeader(&is); err != nil {
			return err
		}
		if _, err := io.Copy(to, from); err != nil {
			return fmt.Errorf("read submission: %w", err)
		}
	}
}

// readResults reads results.json.
func (a *Autograders) readResults(ctx context.Context, container string, run *schema.AutograderRun) error {
	return a.readFile(ctx, container, resultsPath, func(h *tar.Header, content io.Reader) (err error) {
		switch {
		case h == nil:
			run.Missing = "the autograder left no results/results.json"
		case h.Typeflag != tar.TypeReg:
			run.Missing = "results/results.json is not a regular file"
		case h.Size > maxResults:
			run.Missing = "results/results.json is longer than 8 MiB"
		default:
			run.Results, err = io.ReadAll(content)
		}
		return err
	})
}

// readStdout reads the beginning and the end of what the autograder printed.
func (a *Autograders) readStdout(ctx context.Context, container string, run *schema.AutograderRun) error {
	return a.readFile(ctx, container, stdoutPath, func(h *tar.Header, content io.Reader) error {
		if h == nil || h.Typeflag != tar.TypeReg {
			return nil
		}
		text := &excerpt{}
		if _, err := io.Copy(text, io.LimitReader(content, maxStdout)); err != nil {
			return err
		}
		run.Stdout = text.String()
		return nil
	})
}

// readFile passes a file of a container that has ended to read. The header is nil if the file does not exist, or cannot
// be reached, such as through a link to itself. A directory's content is not read.
func (a *Autograders) readFile(ctx context.Context, container, name string, read func(h *tar.Header, content io.Reader) error) error {
	answer, _, err := a.daemon.api.CopyFromContainer(ctx, container, name)
	if unreachable(err) {
		return read(nil, nil)
	}
	if err != nil {
		return a.daemon.words(err, "")
	}
	defer answer.Close()
	from := tar.NewReader(answer)
	h, err := from.Next()
	switch {
	case errors.Is(err, io.EOF):
		return read(nil, nil)
	case err == nil:
		err = read(h, from)
	}
	if err != nil { // the stream broke off
		return a.daemon.words(fmt.Errorf("read %s: %w", name, err), "")
	}
	return nil
}

// unreachable reports whether the daemon's error is about the path of a file, which the container decides: the file does
// not exist, a directory of its path is none, or its links have no end or name what cannot exist. Every other error is the daemon's own.
func unreachable(err error) bool {
	if err == nil {
		return false
	}
	text := strings.ToLower(err.Error())
	return errdefs.IsNotFound(err) && !strings.Contains(text, "no such container") ||
		strings.Contains(text, "not a directory") || strings.Contains(text, "file name too long") || strings.Contains(text, "too many links") || strings.Contains(text, "too many levels of symbolic links")
}
