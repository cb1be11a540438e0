package gitd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/gliderlabs/ssh"
	gossh "golang.org/x/crypto/ssh"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/hooks"
	"github.com/grader/grader/schema"
)

// stopGrace is how long clients have to read the reason after ctx of Stop has ended.
const stopGrace = 2 * time.Second

// Server is the SSH server. Set the exported fields, then call Start. The fields must not change
// after that.
type Server struct {
	Addr    string // "127.0.0.1:2222"; port 0 picks a free port
	Name    string // HOST (port 22) or HOST:PORT as people type it; "" is the listening address
	HostKey string // path; created if it does not exist
	// WebURL returns the site's root, "https://grader.example.org". If it is nil, or returns ""
	// because the site does not listen yet, no page is named.
	WebURL func() string

	Classroom *classroom.Classroom

	Accounts Accounts
	Courses  Courses
	Ledger   Ledger
	Queue    Queue
	Repos    *repo.Store
	Hooks    *hooks.Server             // start it before this server and stop it after
	Flavours map[string]schema.Flavour // that assignments may name; nil: not checked
	// SingleGate makes every gate one job, which grades the solution once. Tests that push many
	// assignments set it. Without it, course.GateParts decides.
	SingleGate bool

	Limits Limits
	Clock  func() time.Time // nil: time.Now
	Logger *slog.Logger     // nil: slog.Default()

	*services
	fetcher  *fetcher
	receiver *receiver
	students *studentCommands
	staff    *staffCommands

	stop     context.CancelCauseFunc
	listener net.Listener
	ssh      *ssh.Server
	serving  sync.WaitGroup // accept loop, retrier, toucher, tidier
	deaf     func()         // cancels the subscription to revocations

	connections counter[string] // one key: all
	strangers   strangers
	members     members
	users       counter[int64] // sessions by account
	conns       conns
	companions  companions
	sessions    sessions
	used        chan touch
}

// Start resolves pushes that a crash left open, listens, and serves until Stop. The error says so
// if the port is in use.
func (s *Server) Start(ctx context.Context) error {
	s.defaults()
	signer, err := hostKey(s.HostKey)
	if err != nil {
		return err
	}
	base, stop := context.WithCancelCause(context.WithoutCancel(ctx))
	s.stop = stop
	s.assemble(base)
	if err := s.receiver.resolveAll(ctx); err != nil {
		s.Logger.Error("resolve open pushes", "error", err)
		s.receiver.wakeRetrier()
	}
	var config net.ListenConfig
	s.listener, err = config.Listen(ctx, "tcp", s.Addr)
	if err != nil {
		s.stop(err)
	}
	if errors.Is(err, syscall.EADDRINUSE) {
		return schema.Errorf(schema.CodeConflict, "ssh cannot listen on %s: another program has that port; stop it or choose another", s.Addr)
	}
	if err != nil {
		return fmt.Errorf("ssh: %w", err)
	}
	s.ssh = s.newSSH(signer) //nolint:contextcheck // connections outlive Start
	s.deaf = s.Classroom.Revoked.Listen(s.revoke)
	s.serving.Go(func() { s.serve(s.listener) })
	s.serving.Go(s.receiver.retry)
	s.serving.Go(s.touchKeys)
	s.serving.Go(s.tidy)
	return nil
}

func (s *Server) defaults() {
	s.Limits = s.Limits.withDefaults()
	if s.Clock == nil {
		s.Clock = time.Now
	}
	if s.Logger == nil {
		s.Logger = slog.Default()
	}
	s.used = make(chan touch, 64)
}

// assemble creates the parts that serve sessions until base is cancelled.
func (s *Server) assemble(base context.Context) {
	shared := &services{
		Classroom: s.Classroom, Accounts: s.Accounts, Courses: s.Courses, Ledger: s.Ledger, Queue: s.Queue, Repos: s.Repos, Hooks: s.Hooks,
		Flavours: s.Flavours, SingleGate: s.SingleGate, Limits: s.Limits, Clock: s.Clock, Logger: s.Logger, WebURL: s.WebURL,
		publicName: s.PublicName, base: base,
	}
	starters := &starters{services: shared}
	follower := &follower{services: shared, starters: starters}
	resolver := &resolver{services: shared, pushes: new(pushes), unresolved: make(chan struct{}, 1)}
	s.services = shared
	s.fetcher = &fetcher{services: shared, starters: starters}
	s.receiver = &receiver{services: shared, resolver: resolver, follower: follower, pushed: make(chan int64, 64)}
	s.staff = &staffCommands{shared}
	s.students = &studentCommands{services: shared, follower: follower, staff: s.staff}
}

func (s *Server) serve(l net.Listener) {
	if err := s.ssh.Serve(l); !errors.Is(err, net.ErrClosed) && !errors.Is(err, ssh.ErrServerClosed) {
		s.Logger.Error("ssh stopped accepting", "error", err)
	}
}

// Address returns the address on which the server listens.
func (s *Server) Address() net.Addr { return s.listener.Addr() }

// Stop stops accepting, tells waiting people how to come back, and waits until pushes that git is
// receiving are recorded. When ctx ends, it kills git and closes the connections. It may be called
// twice.
func (s *Server) Stop(ctx context.Context) error {
	if s.ssh == nil {
		return nil
	}
	s.sessions.close()
	s.stop(errStopping)
	s.listener.Close()
	ended := make(chan struct{})
	go func() {
		s.sessions.wait()
		close(ended)
	}()
	var err error
	select {
	case <-ended:
	case <-ctx.Done():
		err = fmt.Errorf("stop ssh: %w", context.Cause(ctx))
	}
	s.receiver.pushes.killAll()
	select {
	case <-ended:
	case <-time.After(stopGrace):
	}
	_ = s.ssh.Close() // the error is about the listener, which is closed already
	s.conns.closeAll()
	<-ended
	s.deaf()
	s.serving.Wait()
	return err
}

// newSSH returns the ssh library's server. It replaces or refuses everything that the library would
// do itself with a session, an unknown channel or a global request.
func (s *Server) newSSH(signer gossh.Signer) *ssh.Server {
	return &ssh.Server{
		Version:          "grader",
		HostSigners:      []ssh.Signer{signer},
		ConnCallback:     s.accept,
		PublicKeyHandler: s.offered,
		ServerConfigCallback: func(sctx ssh.Context) *gossh.ServerConfig {
			v, _ := sctx.Value(visitorKey{}).(*visitor)
			return s.config(v)
		},
		ChannelHandlers: map[string]ssh.ChannelHandler{
			"session": s.serveChannel,
			"default": func(_ *ssh.Server, _ *gossh.ServerConn, c gossh.NewChannel, _ ssh.Context) {
				_ = c.Reject(gossh.UnknownChannelType, "sessions only: no forwarding")
			},
		},
		RequestHandlers: map[string]ssh.RequestHandler{
			"default": func(ssh.Context, *ssh.Server, *gossh.Request) (bool, []byte) { return false, nil },
		},
		SubsystemHandlers: map[string]ssh.SubsystemHandler{},
	}
}

func (s *Server) config(v *visitor) *gossh.ServerConfig {
	return &gossh.ServerConfig{
		Config:                  algorithms(),
		PublicKeyAuthAlgorithms: keyAlgorithms(),
		MaxAuthTries:            10,
		PreAuthConnCallback: func(c gossh.ServerPreAuthConn) {
			v.mu.Lock()
			defer v.mu.Unlock()
			v.banners = c
		},
		VerifiedPublicKeyCallback: func(meta gossh.ConnMetadata, key gossh.PublicKey, _ *gossh.Permissions, _ string) (*gossh.Permissions, error) {
			return s.verified(v, meta, key)
		},
	}
}

// accept prepares a connection, or returns nil if there are too many.
func (s *Server) accept(sctx ssh.Context, c net.Conn) net.Conn {
	tcp, ok := c.(*net.TCPConn)
	if !ok {
		return nil
	}
	address, _, err := net.SplitHostPort(tcp.RemoteAddr().String())
	if err != nil || !s.room() {
		return nil
	}
	v := &visitor{server: s, network: networkOf(address)}
	var wrapped *conn
	gone := func() { s.connections.leave(""); v.closed(); s.conns.remove(wrapped) }
	wrapped, err = newConn(tcp, gone)
	if err != nil || !s.conns.add(wrapped) {
		gone()
		return nil
	}
	v.begin(wrapped)
	if oldest := s.strangers.enter(v, s.Limits.Strangers); oldest != nil {
		s.Logger.Warn("too many unproved connections: the oldest is closed", "network", v.network)
		oldest.conn.Close()
	}
	sctx.SetValue(visitorKey{}, v)
	return wrapped
}

// room counts a connection. If there are too many, it closes the oldest stranger of the network
// that has the most. It returns false if there is no stranger.
func (s *Server) room() bool {
	if s.connections.enter("", s.Limits.Connections) {
		return true
	}
	oldest := s.strangers.heaviest()
	if oldest == nil {
		s.Logger.Warn("too many connections", "limit", s.Limits.Connections)
		return false
	}
	s.Logger.Warn("too many connections: a stranger's is closed", "network", oldest.network)
	oldest.conn.Close()
	return s.connections.enter("", s.Limits.Connections)
}
