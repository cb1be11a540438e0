package e2e

import (
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// wire is a proxy between runners and their server that a test can cut for one runner. It
// records the server's answers to each runner since the last cut.
type wire struct {
	listener net.Listener
	server   string
	copies   sync.WaitGroup

	mu      sync.Mutex
	cuts    map[string]bool // by runner address
	ends    map[net.Conn]string
	refused map[string]int // attempts to connect during the cut
	answers map[string]*strings.Builder
}

// newWire listens on an address and forwards to the server's.
func newWire(t *testing.T, address, server string) *wire {
	t.Helper()
	l, err := net.Listen("tcp", address)
	check(t, err)
	w := &wire{listener: l, server: server, cuts: map[string]bool{}, ends: map[net.Conn]string{}, refused: map[string]int{}, answers: map[string]*strings.Builder{}}
	w.copies.Go(w.accept)
	t.Cleanup(w.close)
	return w
}

func (w *wire) accept() {
	for {
		runner, err := w.listener.Accept()
		if err != nil {
			return
		}
		host, _, _ := net.SplitHostPort(runner.RemoteAddr().String())
		server, err := net.Dial("tcp", w.server)
		if err != nil || !w.join(host, runner, server) {
			_ = runner.Close()
			if server != nil {
				_ = server.Close()
			}
			continue
		}
		w.copies.Go(func() { w.pass(server, runner, io.Discard) })
		w.copies.Go(func() { w.pass(runner, server, answer{w, host}) })
	}
}

// join records a connection. It returns false if the runner is cut off.
func (w *wire) join(host string, ends ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.cuts[host] {
		w.refused[host]++
		return false
	}
	for _, end := range ends {
		w.ends[end] = host
	}
	return true
}

func (w *wire) pass(to, from net.Conn, also io.Writer) {
	_, _ = io.Copy(to, io.TeeReader(from, also))
	_, _ = to.Close(), from.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.ends, to)
	delete(w.ends, from)
}

// answer records the server's answers to one runner.
type answer struct {
	wire *wire
	host string
}

func (a answer) Write(p []byte) (int, error) {
	a.wire.mu.Lock()
	defer a.wire.mu.Unlock()
	if a.wire.answers[a.host] == nil {
		a.wire.answers[a.host] = &strings.Builder{}
	}
	return a.wire.answers[a.host].Write(p)
}

// cut closes a runner's connections and refuses new ones.
func (w *wire) cut(host string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cuts[host] = true
	delete(w.answers, host)
	for end, of := range w.ends {
		if of == host {
			_ = end.Close()
		}
	}
}

// mend restores a runner's connections after cut.
func (w *wire) mend(host string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.cuts[host] = false
}

// tried returns the number of a runner's attempts to connect during the cut.
func (w *wire) tried(host string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.refused[host]
}

// answered reports whether the server's answers to a runner since the cut contain the words.
func (w *wire) answered(host, words string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	said := w.answers[host]
	return said != nil && strings.Contains(said.String(), words)
}

func (w *wire) close() {
	_ = w.listener.Close()
	w.mu.Lock()
	for end := range w.ends {
		_ = end.Close()
	}
	w.mu.Unlock()
	w.copies.Wait()
}
