package gitd

import (
	"cmp"
	"context"
	"io"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gliderlabs/ssh"
	gossh "golang.org/x/crypto/ssh"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// These limits bound what a client may send before its command.
const (
	maxCommand  = 4096 // bytes
	maxRequests = 64   // before the command; a client that sends more is disconnected
)

// closeGrace is how long a client has to confirm that a channel is closed.
const closeGrace = 10 * time.Second

var protocolPattern = regexp.MustCompile(`^version=[012]$`)

// session is one channel, with a command, its streams, and the account that sent it.
type session struct {
	channel  gossh.Channel
	who      identity
	by       schema.Channel // "": SSH
	out      io.Writer      // standard output, translated for a terminal if the client asked for one
	err      io.Writer
	protocol string // GIT_PROTOCOL, "" or "version=N"
	pty      bool
	started  time.Time
	received time.Time                // time of receipt of its push; zero: when its list has arrived
	cancel   context.CancelCauseFunc  // ends the session
	course   atomic.Int64             // id of the course, 0 until known
	work     atomic.Pointer[string]   // COURSE/ASSIGNMENT/OWNER, "" for none; nil until known
	became   atomic.Pointer[recorded] // what its push was recorded as; nil: nothing
	refusal  atomic.Pointer[error]    // why its push was refused; nil: not refused
	readers  sync.WaitGroup           // goroutines that end when the channel is closed
	hangUp   func()                   // closes the connection of a client that does not answer a close
}

// actor returns the person who acts in the session.
func (sess *session) actor() schema.Actor {
	return schema.Actor{User: sess.who.user, Channel: cmp.Or(sess.by, schema.ChannelSSH), Key: sess.who.fingerprint}
}

// worksOn records whose work the session is about.
func (sess *session) worksOn(work string) { sess.work.Store(&work) }

// refuse records why the session's push was refused. The first reason is kept.
func (sess *session) refuse(why error) { sess.refusal.CompareAndSwap(nil, &why) }

// brief marks a session that shows nobody's work and ends soon. Revocations in a course do not end
// it.
func (sess *session) brief() { sess.course.Store(noCourse) }

// noCourse is an id that no course has.
const noCourse = -1

// concerns reports whether a revocation for the session's account affects the session. A session
// whose work is not known yet is affected, because it may have read the work before the revocation.
func (sess *session) concerns(r classroom.Revocation) bool {
	course, work := sess.course.Load(), sess.work.Load()
	switch {
	case course == 0:
		return true
	case course != r.Course:
		return false
	}
	return r.Work == "" || work == nil || *work == r.Work
}

// serveChannel serves one session from its opening to its exit status.
func (s *Server) serveChannel(_ *ssh.Server, conn *gossh.ServerConn, opened gossh.NewChannel, sctx ssh.Context) {
	defer func() { s.recovered("session", recover()) }()
	v, known := sctx.Value(visitorKey{}).(*visitor)
	who, proved := identityOf(conn)
	if !known || !proved {
		_ = opened.Reject(gossh.Prohibited, "not authenticated")
		return
	}
	ctx, cancel := context.WithCancelCause(s.base)
	defer cancel(nil)
	sess := &session{who: who, started: s.Clock(), cancel: cancel, hangUp: func() { v.conn.Close() }}
	if err := v.enter(sess, s.Limits.ConnectionSlots); err != nil {
		_ = opened.Reject(gossh.ResourceShortage, err.Error())
		return
	}
	defer v.exit(sess)
	if !s.sessions.enter() {
		_ = opened.Reject(gossh.ResourceShortage, errStopping.Error())
		return
	}
	defer s.sessions.leave()
	channel, requests, err := opened.Accept()
	if err != nil {
		return
	}
	sess.channel = channel
	s.runSession(ctx, sess, requests)
}

func (s *Server) runSession(ctx context.Context, sess *session, requests <-chan *gossh.Request) {
	lifetime := time.AfterFunc(s.Limits.Session, func() { sess.cancel(errTooLong) })
	cut := time.AfterFunc(s.Limits.Session+closeGrace, sess.hangUp)
	command := make(chan string, 1)
	sess.readers.Go(func() {
		defer sess.cancel(errGone) // ends the requests when the client has gone
		sess.listen(requests, command)
	})
	defer func() {
		s.recovered("session", recover())
		lifetime.Stop()
		_ = sess.channel.Close() // ignored: it may be closed already
		sess.cancel(nil)
		cut.Reset(closeGrace)
		sess.readers.Wait()
		cut.Stop()
	}()
	select {
	case line := <-command:
		status := s.counted(ctx, sess, line)
		sess.exit(status)
	case <-time.After(s.Limits.Command):
	case <-ctx.Done():
	}
}

// counted runs the command unless the account has too many sessions.
func (s *Server) counted(ctx context.Context, sess *session, line string) int {
	sess.streams()
	if id := sess.who.user.ID; id != 0 {
		if !s.users.enter(id, s.Limits.UserSessions) {
			return sess.fail(schema.Errorf(schema.CodeLimit, "you have %d sessions open; close some and try again", s.Limits.UserSessions))
		}
		defer s.users.leave(id)
		s.touched(sess.who.fingerprint)
	}
	return s.execute(ctx, sess, line)
}

// listen answers a session's requests. Of the environment it keeps only git's protocol version, and
// it accepts only the first command.
func (sess *session) listen(requests <-chan *gossh.Request, command chan<- string) {
	seen, begun := 0, false
	for r := range requests {
		if seen++; seen > maxRequests && !begun {
			sess.hangUp()
		}
		ok := false
		switch {
		case begun:
		case r.Type == "env":
			ok = sess.environment(r.Payload)
		case r.Type == "pty-req": // an interactive ssh asks for one; it is accepted and not needed
			sess.pty, ok = true, true
		case r.Type == "shell", r.Type == "exec":
			var line string
			if line, ok = commandOf(r); ok {
				begun = true
				command <- line
			}
		}
		_ = r.Reply(ok, nil)
	}
}

func (sess *session) environment(payload []byte) bool {
	var kv struct{ Name, Value string }
	if gossh.Unmarshal(payload, &kv) != nil || kv.Name != "GIT_PROTOCOL" || !protocolPattern.MatchString(kv.Value) {
		return false
	}
	sess.protocol = kv.Value
	return true
}

func commandOf(r *gossh.Request) (string, bool) {
	if r.Type == "shell" {
		return "", true
	}
	var exec struct{ Command string }
	if gossh.Unmarshal(r.Payload, &exec) != nil || len(exec.Command) > maxCommand {
		return "", false
	}
	return exec.Command, true
}

// streams sets up the output. A client with a terminal has it in raw mode, so lines must end with
// carriage returns, and Ctrl-C arrives as a byte.
func (sess *session) streams() {
	sess.out, sess.err = sess.channel, sess.channel.Stderr()
	if !sess.pty {
		return
	}
	sess.out, sess.err = terminal{sess.channel}, terminal{sess.channel}
	sess.readers.Go(func() {
		buf := make([]byte, 64)
		for {
			n, err := sess.channel.Read(buf)
			if strings.ContainsAny(string(buf[:n]), "\x03\x04") {
				sess.cancel(errHangUp)
			}
			if err != nil {
				return
			}
		}
	})
}

// exit ends the session with a status.
func (sess *session) exit(status int) {
	payload := gossh.Marshal(struct{ Status uint32 }{uint32(status)}) // 0, 1 or 2
	_ = sess.channel.CloseWrite()                                     // the client may be gone
	_, _ = sess.channel.SendRequest("exit-status", false, payload)
}

// fail shows an error to the person and returns the exit status.
func (sess *session) fail(err error) int {
	sess.refuse(err)
	_, _ = io.WriteString(sess.err, "grader: "+schema.Sanitize(schema.MessageOf(err))+"\n")
	return schema.ExitStatus(err)
}

// terminal translates lines for a raw terminal.
type terminal struct{ w io.Writer }

// Write implements io.Writer.
func (t terminal) Write(p []byte) (int, error) {
	_, err := io.WriteString(t.w, strings.ReplaceAll(string(p), "\n", "\r\n"))
	return len(p), err
}
