package web

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/web/api"
	"github.com/grader/grader/web/sse"
	"github.com/prometheus/client_golang/prometheus"
)

// Bounds of the HTTP server. Pages are small and made in memory, so no browser needs longer to send
// a request or to read a response. Live streams set their own deadlines.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 20 * time.Second
	writeTimeout  = 30 * time.Second
	idleTimeout   = 2 * time.Minute
	maxHeader     = 32 << 10
)

// Server is the site. Set its exported fields before Start and do not change them afterwards. Addr,
// the classroom, the six ports and SSHAddress are required.
type Server struct {
	Addr       string // listen address; port 0 chooses a free one
	Classroom  *classroom.Classroom
	Accounts   Accounts
	Results    Results
	Live       Live
	Handouts   Handouts
	Trees      Trees
	Uploads    Uploads        // nil: work is handed in only with git
	Requests   api.Requests   // sent with an Idempotency-Key; nil: the API refuses the header
	Operations api.Operations // of grader admin, for the API; nil: the API does not serve them
	Sessions   Sessions
	Starters   Starters                 // first files of a new assignment; the zero value: assignments are created only with git
	SignIn     map[string]SignInService // by the name in their addresses; nil: people sign in only with a link
	GitHub     http.Handler             // receives GitHub's push webhooks; nil: they are not served
	Clock      func() time.Time         // nil: time.Now
	Logger     *slog.Logger             // nil: slog.Default
	Metrics    *prometheus.Registry     // further metrics for /metrics; nil: only the site's own
	TLS        *tls.Config              // nil: plain HTTP, behind a proxy
	PublicURL  string                   // address of the site for browsers; "": the address it listens on
	SSHAddress string                   // HOST[:PORT] for the commands that students copy
	Version    string                   // of this program, shown at the foot of every page

	handler  http.Handler
	api      *api.API
	patterns []string // of the routes
	site     *site
	assets   *assets
	streams  *sse.Streams
	meters   *meters

	mu          sync.Mutex
	listener    net.Listener
	server      *http.Server
	closing     chan struct{} // closed by Stop: live streams end, pages finish
	end         func()
	unsubscribe func() // ends the subscription to revocations
	served      chan struct{}
}

// Start listens and then serves in the background. It returns an error if it is called twice.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil {
		return errors.New("start site: it has been started already")
	}
	if err := s.build(); err != nil {
		return fmt.Errorf("start site: %w", err)
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", s.Addr)
	if err != nil {
		return fmt.Errorf("start site: %w", err)
	}
	s.unsubscribe = s.Classroom.Revoked.Listen(s.streams.Revoke)
	s.listener, s.server, s.served = listener, s.newServer(), make(chan struct{})
	go s.serve(s.server, listener)
	return nil
}

func (s *Server) newServer() *http.Server {
	return &http.Server{
		Handler:           s.handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       readTimeout,
		WriteTimeout:      writeTimeout,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		TLSConfig:         s.TLS,
		ErrorLog:          slog.NewLogLogger(s.logger().Handler(), slog.LevelDebug),
	}
}

func (s *Server) serve(server *http.Server, listener net.Listener) {
	defer close(s.served)
	var err error
	if s.TLS != nil {
		err = server.ServeTLS(listener, "", "")
	} else {
		err = server.Serve(listener)
	}
	if err != nil && !errors.Is(err, http.ErrServerClosed) {
		s.logger().Error("site stopped serving", "error", err)
	}
}

// build creates everything that the handlers need.
func (s *Server) build() (err error) {
	if s.assets, err = loadAssets(); err != nil {
		return err
	}
	templates, err := loadPages(s.assets)
	if err != nil {
		return err
	}
	s.closing = make(chan struct{})
	s.end = sync.OnceFunc(func() { close(s.closing) })
	s.streams = sse.NewStreams("live pages", s.logger())
	s.meters = newMeters()
	s.site = s.newSite(templates)
	if s.api, err = s.newAPI(); err != nil {
		return err
	}
	s.handler = s.routes()
	return nil
}

// Stop stops listening, ends the live streams and waits for pending requests. It closes the
// connections of requests and streams that are still pending when ctx ends. It may be called twice.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server == nil {
		return nil
	}
	s.end()
	err := s.server.Shutdown(ctx)
	if err != nil {
		err = errors.Join(err, s.server.Close())
	}
	<-s.served
	s.unsubscribe()
	s.streams.Wait(ctx)
	s.api.Close(ctx)
	if err != nil {
		return fmt.Errorf("stop site: %w", err)
	}
	return nil
}

// ListenAddr returns the address that the site listens on, or nil before Start.
func (s *Server) ListenAddr() net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listener == nil {
		return nil
	}
	return s.listener.Addr()
}

// secure reports whether browsers reach the site over https.
func (s *Server) secure() bool { return s.TLS != nil || strings.HasPrefix(s.PublicURL, "https://") }

// address returns the site's address for browsers, without a trailing slash.
func (s *Server) address() string {
	switch {
	case s.PublicURL != "":
		return strings.TrimSuffix(s.PublicURL, "/")
	case s.TLS != nil:
		return "https://" + s.ListenAddr().String()
	}
	return "http://" + s.ListenAddr().String()
}

func (s *Server) now() time.Time {
	if s.Clock != nil {
		return s.Clock()
	}
	return time.Now()
}

func (s *Server) logger() *slog.Logger {
	if s.Logger != nil {
		return s.Logger
	}
	return slog.Default()
}
