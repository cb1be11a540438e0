package gitd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"

	gossh "golang.org/x/crypto/ssh"
	"golang.org/x/sys/unix"

	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// errUploaded ends the session of an upload.
var errUploaded = errors.New("the upload has ended")

// Upload hands files in: as one commit on top of the actor's main, by a real push to this
// server, so that every rule of a push holds. The error is CodeRefused and says what the
// push was told, where the push was refused.
func (s *Server) Upload(ctx context.Context, by schema.Actor, u schema.Upload) error { //nolint:contextcheck // what was begun goes on as after a push: it ends with the server
	if !s.sessions.enter() {
		return schema.Errorf(schema.CodeUnavailable, "the server is stopping; try again in a moment")
	}
	defer s.sessions.leave()
	if !s.users.enter(by.User.ID, s.Limits.UserSessions) {
		return schema.Errorf(schema.CodeLimit, "you have %d sessions open; close some and try again", s.Limits.UserSessions)
	}
	defer s.users.leave(by.User.ID)
	ours, theirs, err := socketPair()
	if err != nil {
		return err
	}
	defer theirs.Close()
	sctx, cancel := context.WithCancelCause(s.base)
	defer cancel(errUploaded)
	stop := context.AfterFunc(ctx, func() { cancel(errGone) })
	defer stop()
	sess := &session{
		channel: socketChannel{ours}, who: identity{user: by.User, fingerprint: by.Key}, by: by.Channel, started: s.Clock(), cancel: cancel,
		hangUp: func() { _ = ours.Close() },
	}
	sess.streams()
	t, err := s.find(sctx, sess, u.Path, course.ActionPush) //nolint:contextcheck // what was begun goes on as after a push: it ends with the server
	if err != nil {
		_ = ours.Close()
		return err
	}
	row, err := s.ensure(sctx, &t) //nolint:contextcheck // what was begun goes on as after a push: it ends with the server
	if err != nil {
		_ = ours.Close()
		return fmt.Errorf("repository of an upload: %w", err)
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		defer func() { s.recovered("upload", recover()) }()
		defer func() { _ = ours.Close() }()
		s.receiver.receivePack(sctx, sess, []string{u.Path})
	}()
	err = s.Repos.PushFiles(ctx, row.ID, u, theirs)
	_ = theirs.Close()
	<-served
	sess.readers.Wait()
	return uploadError(err)
}

// uploadError says what a push was told by the server; other errors stay.
func uploadError(err error) error {
	if err == nil || schema.CodeOf(err) == schema.CodeConflict {
		return err
	}
	var told []string
	for line := range strings.Lines(err.Error()) {
		if _, text, ok := strings.Cut(line, "remote: "); ok {
			told = append(told, strings.TrimSpace(text))
		}
	}
	if len(told) == 0 {
		return fmt.Errorf("push an upload: %w", err)
	}
	return schema.Wrapf(schema.CodeRefused, err, "%s", schema.Sanitize(strings.Join(told, "\n")))
}

// socketPair returns both ends of a stream: ours, and git's.
func socketPair() (ours *net.UnixConn, theirs *os.File, err error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("make a socket: %w", err)
	}
	theirs = os.NewFile(uintptr(fds[1]), "upload")
	file := os.NewFile(uintptr(fds[0]), "upload")
	defer file.Close() // FileConn has a copy
	conn, err := net.FileConn(file)
	if err != nil {
		theirs.Close()
		return nil, nil, fmt.Errorf("make a socket: %w", err)
	}
	return conn.(*net.UnixConn), theirs, nil
}

// socketChannel is a socket in the place of an SSH channel.
type socketChannel struct{ *net.UnixConn }

// SendRequest implements gossh.Channel: nobody asks for an exit status.
func (socketChannel) SendRequest(string, bool, []byte) (bool, error) { return false, io.EOF }

// Stderr implements gossh.Channel: git shows what comes in the stream itself.
func (socketChannel) Stderr() io.ReadWriter { return nowhere{} }

// nowhere drops what is written.
type nowhere struct{}

// Read implements io.Reader.
func (nowhere) Read([]byte) (int, error) { return 0, io.EOF }

// Write implements io.Writer.
func (nowhere) Write(p []byte) (int, error) { return len(p), nil }

var _ gossh.Channel = socketChannel{}
