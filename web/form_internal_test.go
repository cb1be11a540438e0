package web

import (
	"net/http/httptest"
	"testing"
	"time"
)

// deadlines is a response recorder that records the deadlines of its connection.
type deadlines struct {
	*httptest.ResponseRecorder
	read, write time.Time
}

func (d *deadlines) SetReadDeadline(t time.Time) error  { d.read = t; return nil }
func (d *deadlines) SetWriteDeadline(t time.Time) error { d.write = t; return nil }

// TestSlowFormsAreAnswered checks that a form that arrives slowly leaves time to write the reply.
func TestSlowFormsAreAnswered(t *testing.T) {
	t.Parallel()
	w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
	extend(w, fileTimeout)
	if w.write.Sub(w.read) != writeTimeout {
		t.Errorf("the form may come until %v, the answer must leave until %v", w.read, w.write)
	}
}
