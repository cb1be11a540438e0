package gitd

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/gitd/pktline"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/hooks"
	"github.com/grader/grader/schema"
)

// services holds what the parts of a server share: its interfaces, and how people reach it. The
// fields are the Server's.
type services struct {
	Classroom  *classroom.Classroom
	Accounts   Accounts
	Courses    Courses
	Ledger     Ledger
	Queue      Queue
	Repos      *repo.Store
	Hooks      *hooks.Server
	Flavours   map[string]schema.Flavour
	SingleGate bool
	Limits     Limits
	Clock      func() time.Time
	Logger     *slog.Logger
	WebURL     func() string

	publicName func() string   // HOST or HOST:PORT
	base       context.Context // cancelled when Stop begins
}

func (s *services) logInternal(what string, err error) {
	if schema.CodeOf(err) == schema.CodeInternal && !errors.Is(err, context.Canceled) {
		s.Logger.Error("request failed", "what", what, "error", err)
	}
}

// recovered logs a panic, so that a panic in a handler does not end the server. It reports whether
// there was one.
func (s *services) recovered(where string, panicked any) bool {
	if panicked == nil {
		return false
	}
	s.Logger.Error("panic", "where", where, "panic", panicked, "stack", string(debug.Stack()))
	return true
}

// fatal refuses before the advertisement, in the only form that git clients show.
func (s *services) fatal(sess *session, err error) int {
	s.logInternal("serve git", err)
	sess.refuse(err)
	_, _ = sess.channel.Write(pktline.Fatal(schema.Sanitize(schema.MessageOf(err))))
	return 1
}

func (s *services) failed(sess *session, what string, err error) int {
	s.logInternal(what, err)
	return sess.fail(err)
}

// page returns the address of a page, "" if there is no web site.
func (s *services) page(path string) string {
	if s.WebURL == nil || s.WebURL() == "" {
		return ""
	}
	return s.WebURL() + "/" + path
}
