package web

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/grader/grader/schema"
)

// readyTimeout bounds the check of the store.
const readyTimeout = 2 * time.Second

// serveHealth replies 200 while the process serves requests.
func serveHealth(w http.ResponseWriter, _ *http.Request) { plain(w, http.StatusOK, "ok\n") }

// serveReady replies 503 if the store does not respond or the site is stopping, so that a load
// balancer sends no new requests.
func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	select {
	case <-s.closing:
		plain(w, http.StatusServiceUnavailable, "stopping\n")
		return
	default:
	}
	ctx, cancel := context.WithTimeout(r.Context(), readyTimeout)
	defer cancel()
	if _, _, err := s.Sessions.FindSession(ctx, "readyz"); err != nil {
		s.logger().Error("store is not ready", "error", err)
		plain(w, http.StatusServiceUnavailable, "the store does not answer\n")
		return
	}
	plain(w, http.StatusOK, "ready\n")
}

// serveRobots asks crawlers not to visit, because every page is personal.
func serveRobots(w http.ResponseWriter, _ *http.Request) {
	plain(w, http.StatusOK, "User-agent: *\nDisallow: /\n")
}

// serveReceiptKey serves the public key that verifies receipts.
func (s *Server) serveReceiptKey(w http.ResponseWriter, _ *http.Request) {
	text, err := s.Classroom.Receipts.PublicKey()
	if err != nil {
		plain(w, schema.HTTPStatus(err), schema.MessageOf(err)+"\n")
		return
	}
	plain(w, http.StatusOK, text)
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.WriteHeader(status)
	// The client may have disconnected, and the error cannot be reported.
	_, _ = io.WriteString(w, text)
}
