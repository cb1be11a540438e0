package docker_test

import (
	"io"
	"net"
	"path/filepath"
	"sync"
	"testing"

	"github.com/docker/docker/api/types/container"
	"github.com/docker/docker/api/types/filters"

	"github.com/grader/grader/scheduler"
	"github.com/grader/grader/scheduler/pooltest"
)

// proxy connects a pool to the machine's daemon and can be disconnected. The pool's connections are
// then refused, as if the daemon did not run.
type proxy struct {
	t      *testing.T
	server string // id of the server whose containers are counted
	socket string

	mu       sync.Mutex
	away     bool
	listener net.Listener
	open     map[net.Conn]bool
	tasks    sync.WaitGroup
}

func newProxy(t *testing.T, server, dir string) *proxy {
	t.Helper()
	p := &proxy{t: t, server: server, socket: filepath.Join(dir, "proxy"), open: map[net.Conn]bool{}}
	p.Return()
	t.Cleanup(func() { p.Leave(); p.tasks.Wait() })
	return p
}

// Leave implements pooltest.Machines.
func (p *proxy) Leave() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.away = true
	_ = p.listener.Close() // also removes its file
	for c := range p.open {
		_ = c.Close()
	}
}

// Return implements pooltest.Machines.
func (p *proxy) Return() {
	p.mu.Lock()
	defer p.mu.Unlock()
	l, err := net.Listen("unix", p.socket)
	check(p.t, err)
	p.away, p.listener = false, l
	p.tasks.Go(func() { p.serve(l) })
}

// Runners implements pooltest.Machines.
func (p *proxy) Runners() []string {
	all, err := engine.ContainerList(p.t.Context(), container.ListOptions{
		All: true, Filters: filters.NewArgs(filters.Arg("label", "grader.server="+p.server)),
	})
	check(p.t, err)
	var ids []string
	for _, c := range all {
		ids = append(ids, c.Labels["grader.runner"])
	}
	return ids
}

func (p *proxy) serve(l net.Listener) {
	for {
		from, err := l.Accept()
		if err != nil {
			return
		}
		to, err := engine.Dialer()(p.t.Context())
		if err != nil {
			_ = from.Close()
			continue
		}
		p.tasks.Go(func() { p.join(from, to) })
	}
}

// join copies between two connections until either ends or the daemon is disconnected.
func (p *proxy) join(from, to net.Conn) {
	p.mu.Lock()
	p.open[from], p.open[to] = true, true
	if p.away {
		_, _ = from.Close(), to.Close()
	}
	p.mu.Unlock()
	var both sync.WaitGroup
	both.Go(func() { copyHalf(to, from) })
	both.Go(func() { copyHalf(from, to) })
	both.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range []net.Conn{from, to} {
		_ = c.Close()
		delete(p.open, c)
	}
}

// copyHalf copies until the source ends, and then ends the target's input.
func copyHalf(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
}

// TestPoolWhileTheDaemonIsAway disconnects the daemon from a pool of real containers.
func TestPoolWhileTheDaemonIsAway(t *testing.T) {
	t.Parallel()
	pooltest.RunAway(t, func(t *testing.T) (scheduler.Pool, *pooltest.Front, pooltest.Machines) {
		p, front := newPool(t)
		between := newProxy(t, p.Server, filepath.Dir(p.Socket))
		p.Host = "unix://" + between.socket
		return withImage{p}, front, between
	})
}
