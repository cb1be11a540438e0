package gitd

import (
	"net"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// userTimeout is how long the kernel tries to deliver to a peer that accepts nothing before it
// closes the connection.
const userTimeout = 30 * time.Second

// conn is a client's connection. The library cannot set deadlines, because it clears them on
// every read; a timer closes the connection instead.
type conn struct {
	*net.TCPConn
	raw      syscall.RawConn
	quickAck func(fd uintptr)
	closing  sync.Once
	onClose  func()
}

func newConn(tcp *net.TCPConn, onClose func()) (*conn, error) {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil, err
	}
	if err := tcp.SetNoDelay(true); err != nil {
		return nil, err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_USER_TIMEOUT, int(userTimeout.Milliseconds()))
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, err
	}
	quickAck := func(fd uintptr) {
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1) // failure costs only speed
	}
	return &conn{TCPConn: tcp, raw: raw, quickAck: quickAck, onClose: onClose}, nil
}

// Read sets TCP_QUICKACK again, which the kernel clears: a delayed acknowledgement costs a push
// up to 40 ms in each turn of the protocol.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	if err == nil {
		_ = c.raw.Control(c.quickAck)
	}
	return n, err
}

// SetDeadline does nothing.
func (c *conn) SetDeadline(time.Time) error { return nil }

// Close closes the connection and then releases its place, in this order, because a blocked
// write may hold what the release needs.
func (c *conn) Close() error {
	err := c.TCPConn.Close()
	c.closing.Do(c.onClose)
	return err
}
