package hooks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"sync"
	"time"

	"github.com/grader/grader/schema"
)

// maxSocketPath is the longest path of a unix socket, without its final NUL.
const maxSocketPath = 107

// Server answers hooks on a unix socket. Make it with NewServer.
type Server struct {
	socket string
	log    *slog.Logger

	mu       sync.Mutex
	pushes   map[string]*expected // by token
	conns    map[net.Conn]struct{}
	listener net.Listener
	stopping bool

	ctx    context.Context
	cancel context.CancelCauseFunc
	wg     sync.WaitGroup
}

// NewServer returns a server for the socket. Start opens the socket.
func NewServer(socket string, log *slog.Logger) *Server {
	ctx, cancel := context.WithCancelCause(context.Background())
	return &Server{
		socket: socket, log: log, ctx: ctx, cancel: cancel,
		pushes: make(map[string]*expected), conns: make(map[net.Conn]struct{}),
	}
}

// Expect answers hooks that send the token until the returned function is called. Each push needs
// its own NewToken.
func (s *Server) Expect(token string, h Handler) (cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pushes[token] = &expected{handler: h}
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.pushes, token)
	}
}

// Start opens the socket with mode 0600 and answers until Stop. CodeInvalid: the path is too long
// for a socket. CodeConflict: another server answers there.
func (s *Server) Start() error {
	if len(s.socket) > maxSocketPath {
		return schema.Errorf(schema.CodeInvalid, "the hook socket's path %q has %d bytes and unix sockets allow %d; choose a shorter directory", s.socket, len(s.socket), maxSocketPath)
	}
	if err := clearSocket(s.socket); err != nil {
		return err
	}
	listener, err := new(net.ListenConfig).Listen(s.ctx, "unix", s.socket)
	if err != nil {
		return fmt.Errorf("hook socket: %w", err)
	}
	// A peer that connects before the chmod is still checked by checkPeer.
	if err := os.Chmod(s.socket, 0o600); err != nil {
		listener.Close()
		return fmt.Errorf("hook socket: %w", err)
	}
	s.mu.Lock()
	s.listener = listener
	s.mu.Unlock()
	s.wg.Go(func() { s.accept(listener) })
	return nil
}

// clearSocket removes the socket of a server that no longer runs.
func clearSocket(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("hook socket: %w", err)
	}
	if info.Mode().Type() != fs.ModeSocket {
		return schema.Errorf(schema.CodeConflict, "%q is in the way of the hook socket", path)
	}
	if conn, err := net.DialTimeout("unix", path, time.Second); err == nil { //nolint:noctx // bounded by its timeout
		conn.Close()
		return schema.Errorf(schema.CodeConflict, "another server answers hooks at %q", path)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("hook socket: %w", err)
	}
	return nil
}

// Stop accepts no more hooks and cancels handlers that are judging. It waits for handlers that are
// recording until ctx ends. It may be called twice, and before Start.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	s.stopping = true
	listener := s.listener
	s.mu.Unlock()
	if listener != nil {
		listener.Close()
	}
	s.cancel(schema.Errorf(schema.CodeUnavailable, "the server is stopping"))
	ended := make(chan struct{})
	go func() { s.wg.Wait(); close(ended) }()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		s.closeConns()
		return fmt.Errorf("stop hook server: %w", context.Cause(ctx))
	}
}

func (s *Server) closeConns() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for conn := range s.conns {
		conn.Close()
	}
}

func (s *Server) accept(listener net.Listener) {
	for {
		conn, err := listener.Accept()
		switch {
		case err == nil:
			s.startServing(conn)
		case errors.Is(err, net.ErrClosed):
			return
		default:
			// The process is probably out of descriptors. Pushes that end free some.
			s.log.Error("hook connection not accepted", "err", err)
			if !s.pause(100 * time.Millisecond) {
				return
			}
		}
	}
}

func (s *Server) pause(d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-s.ctx.Done():
		return false
	}
}

// startServing serves a connection, unless the server has begun to stop.
func (s *Server) startServing(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		conn.Close()
		return
	}
	s.conns[conn] = struct{}{}
	s.wg.Go(func() {
		defer s.drop(conn)
		if err := s.serve(conn); err != nil && !errors.Is(err, io.EOF) {
			s.log.Error("hook failed", "err", err)
		}
	})
}

func (s *Server) drop(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, conn)
	conn.Close()
}

func (s *Server) find(token string) *expected {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pushes[token]
}
