package gitd

import (
	"context"
	"errors"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// revoked is why a session ends whose key, account or enrolment has ended.
type revoked struct{ words *schema.Error }

func newRevoked(why string) *revoked {
	return &revoked{schema.Errorf(schema.CodeForbidden, "this session was ended: %s", why)}
}

// Error implements error.
func (r *revoked) Error() string { return r.words.Message }

// Unwrap returns what the person reads.
func (r *revoked) Unwrap() error { return r.words }

// revokedFor returns what the person reads of a session that was ended because its key,
// account or enrolment has; false: it was not.
func revokedFor(err error) (string, bool) {
	var r *revoked
	if !errors.As(err, &r) {
		return "", false
	}
	return r.Error(), true
}

// revoke ends what somebody has open who may not have it open any more: of one course
// or team the sessions in it, otherwise whole connections.
func (s *Server) revoke(r classroom.Revocation) {
	cause := newRevoked(r.Why)
	for _, v := range s.members.of(r.User) {
		switch {
		case r.Session != "", r.Token != 0: // of a browser or a program
		case r.Key != "" && r.Key != v.key:
		case r.Course != 0:
			v.endSessions(r, cause)
		default:
			v.revoke(cause)
		}
	}
}

// abortWith ends git's part of a push whose session is ended before main moves.
func (p *push) abortWith(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		if why, ok := revokedFor(context.Cause(ctx)); ok {
			p.reception.abort(revokedRefusal(why))
		}
	})
}
