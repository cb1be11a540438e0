package gitd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// errUploaded cancels the session of an upload.
var errUploaded = errors.New("the upload has ended")

// Upload hands in files as one commit on top of the actor's main. It makes a real push to this
// server, so that every rule of a push applies. The error holds the message of the push:
// CodeRefused if a rule refused it, CodeUnavailable for a temporary reason.
func (s *Server) Upload(ctx context.Context, by schema.Actor, u schema.Upload) (schema.Uploaded, error) {
	return s.uploaded(ctx, by, arrival{path: u.Path}, func(ctx context.Context, row schema.Repository, socket *os.File) error {
		return s.Repos.PushFiles(ctx, row.ID, u, socket)
	})
}

// PushFetched fetches a commit from another server and pushes it to this one, so that every rule of
// a push applies. The time of receipt is f.Received. If main is already at the commit, there is
// nothing new to push. Errors are those of Upload and of repo.Store.Fetch.
func (s *Server) PushFetched(ctx context.Context, by schema.Actor, f schema.FetchedPush) error {
	row, err := s.pushedTo(ctx, by, f.Path)
	if err != nil {
		return err
	}
	tip, err := s.Repos.Head(row.ID)
	if err != nil || tip == f.Commit {
		return err
	}
	fetched, err := s.Repos.Fetch(ctx, row.ID, f)
	if err != nil {
		return err
	}
	defer fetched.Close()
	_, err = s.uploaded(ctx, by, arrival{path: f.Path, received: f.Received}, func(ctx context.Context, _ schema.Repository, socket *os.File) error {
		return fetched.Push(ctx, socket)
	})
	return err
}

// pushedTo returns the repository of the path if the actor may push to it.
func (s *Server) pushedTo(ctx context.Context, by schema.Actor, path string) (schema.Repository, error) {
	sess := &session{who: identity{user: by.User, fingerprint: by.Key}, by: by.Channel, started: s.Clock()}
	t, err := s.find(ctx, sess, path, course.ActionPush)
	if err != nil {
		return schema.Repository{}, err
	}
	return s.ensure(ctx, &t)
}

// arrival is the target and time of a push.
type arrival struct {
	path     string
	received time.Time // zero: the time of the push
}

// uploaded serves a push that the function push makes over a socket.
func (s *Server) uploaded(ctx context.Context, by schema.Actor, a arrival, push func(context.Context, schema.Repository, *os.File) error) (is schema.Uploaded, err error) { //nolint:contextcheck // what was begun goes on as after a push: it ends with the server
	if !s.sessions.enter() {
		return is, schema.Errorf(schema.CodeUnavailable, "the server is stopping; try again in a moment")
	}
	defer s.sessions.leave()
	if !s.users.enter(by.User.ID, s.Limits.UserSessions) {
		return is, schema.Errorf(schema.CodeLimit, "you have %d sessions open; close some and try again", s.Limits.UserSessions)
	}
	defer s.users.leave(by.User.ID)
	ours, theirs, err := socketPair()
	if err != nil {
		return is, err
	}
	defer theirs.Close()
	sctx, cancel := context.WithCancelCause(s.base)
	defer cancel(errUploaded)
	stop := context.AfterFunc(ctx, func() { cancel(errGone) })
	defer stop()
	sess := &session{
		channel: socketChannel{ours}, who: identity{user: by.User, fingerprint: by.Key}, by: by.Channel, started: s.Clock(), received: a.received, cancel: cancel,
		hangUp: func() { _ = ours.Close() },
	}
	sess.streams()
	t, err := s.find(sctx, sess, a.path, course.ActionPush) //nolint:contextcheck // what was begun goes on as after a push: it ends with the server
	if err != nil {
		_ = ours.Close()
		return is, err
	}
	row, err := s.ensure(sctx, &t) //nolint:contextcheck // what was begun goes on as after a push: it ends with the server
	if err != nil {
		_ = ours.Close()
		return is, fmt.Errorf("repository of an upload: %w", err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		defer func() { s.recovered("upload", recover()) }()
		defer func() { _ = ours.Close() }()
		s.receiver.receivePack(sctx, sess, []string{a.path})
	}()
	err = push(ctx, row, theirs)
	_ = theirs.Close()
	<-served
	sess.readers.Wait()
	return sess.uploaded(err)
}

// uploaded returns the submission or version that the push created, or the reason for its refusal.
// err is the error of the git that pushed.
func (sess *session) uploaded(err error) (schema.Uploaded, error) {
	if is := sess.became.Load(); is != nil {
		return schema.Uploaded{Submission: is.submission.Name, Version: max(is.version.Number, is.course.Number)}, nil
	}
	if err != nil && schema.CodeOf(err) != schema.CodeInternal {
		return schema.Uploaded{}, err // nothing was pushed
	}
	if why := sess.refusal.Load(); why != nil {
		return schema.Uploaded{}, schema.Wrapf(schema.CodeOf(*why), errors.Join(*why, err), "%s", schema.Sanitize(schema.MessageOf(*why)))
	}
	if err == nil {
		err = schema.Errorf(schema.CodeUnavailable, "your files are stored but not counted yet; the server keeps trying. Look again in a minute")
	}
	return schema.Uploaded{}, fmt.Errorf("push an upload: %w", err)
}

// socketPair returns both ends of a stream: the server's, and git's.
func socketPair() (ours *net.UnixConn, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make a socket: %w", err)
	}
	theirs = os.NewFile(uintptr(fds[1]), "upload")
	file := os.NewFile(uintptr(fds[0]), "upload")
	defer file.Close() // FileConn duplicates the descriptor
	conn, err := net.FileConn(file)
	if err != nil {
		theirs.Close()
		return nil, nil, fmt.Errorf("make a socket: %w", err)
	}
	return conn.(*net.UnixConn), theirs, nil
}

// socketChannel is a socket in place of an SSH channel.
type socketChannel struct{ *net.UnixConn }

// SendRequest implements gossh.Channel. It does nothing, because nobody reads the exit status.
func (socketChannel) SendRequest(string, bool, []byte) (bool, error) { return false, io.EOF }

// Stderr implements gossh.Channel. It discards everything, because git shows only what arrives in
// the stream itself.
func (socketChannel) Stderr() io.ReadWriter { return nowhere{} }

// nowhere discards what is written to it.
type nowhere struct{}

// Read implements io.Reader.
func (nowhere) Read([]byte) (int, error) { return 0, io.EOF }

// Write implements io.Writer.
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

var _ gossh.Channel = socketChannel{}
