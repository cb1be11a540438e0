package gitd

import (
	"context"
	"errors"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// revoked is the cause of a session's end when its key, account or enrolment has ended.
type revoked struct{ words *schema.Error }

func newRevoked(why string) *revoked {
	return &revoked{schema.Errorf(schema.CodeForbidden, "this session was ended: %s", why)}
}

// Error implements error.
func (r *revoked) Error() string { return r.words.Message }

// Unwrap returns the error that the person reads.
func (r *revoked) Unwrap() error { return r.words }

// revokedFor returns the message for a session that ended because its key, account or enrolment
// ended. It returns false if the session ended for another reason.
func revokedFor(err error) (string, bool) {
	var r *revoked
	if !errors.As(err, &r) {
		return "", false
	}
	return r.Error(), true
}

// revoke ends what the revocation no longer allows: the sessions in a course or team if it names
// one, otherwise whole connections.
func (s *Server) revoke(r classroom.Revocation) {
	cause := newRevoked(r.Why)
	for _, v := range s.members.of(r.User) {
		switch {
		case r.Session != "", r.Token != 0: // a session of a browser or a program
		case r.Key != "" && r.Key != v.key:
		case r.Course != 0:
			v.endSessions(r, cause)
		default:
			v.revoke(cause)
		}
	}
}

// abortWith aborts a push if its session is revoked before main moves.
func (p *push) abortWith(ctx context.Context) (stop func() bool) {
	return context.AfterFunc(ctx, func() {
		if why, ok := revokedFor(context.Cause(ctx)); ok {
			p.reception.abort(revokedRefusal(why))
		}
	})
}
