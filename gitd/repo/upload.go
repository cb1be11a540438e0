package repo

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"

	"github.com/grader/grader/schema"
)

var protocolPattern = regexp.MustCompile(`^version=[012]$`)

// UploadPack serves a fetch over the given streams. protocol is "" or "version=N". It returns when
// git has ended and all its output was delivered, or when ctx ends. A blocked Read or Write then
// lasts until the caller closes the stream.
func (s *Store) UploadPack(ctx context.Context, id int64, protocol string, view View, stdin io.Reader, stdout, stderr io.Writer) error {
	if protocol != "" && !protocolPattern.MatchString(protocol) {
		return schema.Errorf(schema.CodeInvalid, "%q is not a version of git's protocol", schema.Sanitize(protocol))
	}
	dir, err := s.Path(id)
	if err != nil {
		return err
	}
	if err := s.fetching.acquire(ctx); err != nil {
		return fmt.Errorf("wait for a free upload-pack: %w", err)
	}
	if len(view.Refs) > 0 {
		var remove func()
		if dir, remove, err = s.place(id, view); err != nil {
			s.fetching.release()
			return fmt.Errorf("make a view of repository %d: %w", id, err)
		}
		defer remove()
	}
	cmd := exec.Command(s.o.Git, "upload-pack", "--strict", "--timeout=60", dir) //nolint:noctx // the whole process group is killed when ctx ends, not git alone
	cmd.Dir = dir
	cmd.Env = environment(s.uploadSettings(len(view.Refs) > 0))
	if protocol != "" {
		cmd.Env = append(cmd.Env, "GIT_PROTOCOL="+protocol)
	}
	u, err := startUpload(cmd, s.fetching.release)
	if err != nil {
		s.fetching.release()
		return err
	}
	return u.serve(ctx, stdin, stdout, stderr)
}

// upload is a running git upload-pack.
type upload struct {
	in       *os.File
	out, err *os.File
	p        *process
}

func startUpload(cmd *exec.Cmd, then func()) (*upload, error) {
	var ends []*os.File
	fail := func(err error) (*upload, error) {
		for _, f := range ends {
			f.Close()
		}
		return nil, err
	}
	for range 3 {
		r, w, err := os.Pipe()
		if err != nil {
			return fail(fmt.Errorf("pipe: %w", err))
		}
		ends = append(ends, r, w)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = ends[0], ends[3], ends[5]
	p, err := start(cmd, then)
	if err != nil {
		return fail(err)
	}
	for _, theirs := range []*os.File{ends[0], ends[3], ends[5]} {
		theirs.Close()
	}
	return &upload{in: ends[1], out: ends[2], err: ends[4], p: p}, nil
}

func (u *upload) serve(ctx context.Context, stdin io.Reader, stdout, stderr io.Writer) error {
	defer context.AfterFunc(ctx, u.p.kill)()
	go func() {
		// git itself decides how long to wait for a client that sends nothing.
		_, _ = io.Copy(u.in, stdin)
		u.in.Close()
	}()
	delivered := make(chan error, 2)
	go func() { delivered <- deliver(stdout, u.out) }()
	go func() { delivered <- deliver(stderr, u.err) }()
	for range 2 {
		select {
		case err := <-delivered:
			if err != nil {
				u.p.kill() // the client does not read any more
			}
		case <-ctx.Done():
			u.p.kill()
			<-u.p.done
			u.in.Close()
			return context.Cause(ctx)
		}
	}
	err := u.p.wait()
	u.in.Close()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

func deliver(w io.Writer, from *os.File) error {
	defer from.Close()
	_, err := io.Copy(w, from)
	return err
}
