package chrome

import (
	"context"
	"io"
	"net"
	"sync"
	"testing"
)

// Line is a network connection between a browser and a site that a test can cut.
type Line struct {
	to       string
	listener net.Listener

	mu   sync.Mutex
	down bool
	open map[net.Conn]bool
}

// NewLine forwards connections to the address to (HOST:PORT) until the test ends.
func NewLine(t *testing.T, to string) *Line {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &Line{to: to, listener: listener, open: map[net.Conn]bool{}}
	var done sync.WaitGroup
	done.Go(func() { l.accept(&done) })
	t.Cleanup(func() {
		_ = listener.Close()
		l.Cut()
		done.Wait()
	})
	return l
}

// Base returns the site's address through the line.
func (l *Line) Base() string { return "http://" + l.listener.Addr().String() }

// Cut closes every connection and refuses new ones.
func (l *Line) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	for c := range l.open {
		_ = c.Close()
	}
	clear(l.open)
}

// Mend accepts connections again.
func (l *Line) Mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
}

func (l *Line) accept(done *sync.WaitGroup) {
	for {
		from, err := l.listener.Accept()
		if err != nil {
			return
		}
		done.Go(func() { l.forward(from) })
	}
}

// forward copies both ways until either end closes.
func (l *Line) forward(from net.Conn) {
	defer from.Close()
	to, err := new(net.Dialer).DialContext(context.Background(), "tcp", l.to)
	if err != nil {
		return
	}
	defer to.Close()
	if !l.keep(from, to) {
		return
	}
	var both sync.WaitGroup
	both.Go(func() { _, _ = io.Copy(to, from); _ = to.Close() })
	_, _ = io.Copy(from, to)
	_ = from.Close()
	both.Wait()
	l.forget(from, to)
}

// keep records a pair of connections, or returns false while the line is cut.
func (l *Line) keep(pair ...net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		return false
	}
	for _, c := range pair {
		l.open[c] = true
	}
	return true
}

func (l *Line) forget(pair ...net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range pair {
		delete(l.open, c)
	}
}
