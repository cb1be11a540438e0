package gitd

import (
	"net"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// userTimeout is how long a peer may leave sent data unacknowledged before the kernel closes the
// connection.
const userTimeout = 30 * time.Second

// conn is a client's connection. The ssh library clears deadlines on every read, so a timer closes
// the connection instead.
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
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_TCP, unix.TCP_QUICKACK, 1) // on failure the connection is only slower
	}
	return &conn{TCPConn: tcp, raw: raw, quickAck: quickAck, onClose: onClose}, nil
}

// Read reads and then sets TCP_QUICKACK again, because the kernel clears it. A delayed
// acknowledgement costs a push up to 40 ms in each turn of the protocol.
func (c *conn) Read(p []byte) (int, error) {
	n, err := c.TCPConn.Read(p)
	if err == nil {
		_ = c.raw.Control(c.quickAck)
	}
	return n, err
}

// SetDeadline does nothing. See conn.
func (c *conn) SetDeadline(time.Time) error { return nil }

// Close closes the connection and then calls its release function. A blocked write may hold a lock
// that the release needs, so the order matters.
func (c *conn) Close() error {
	err := c.TCPConn.Close()
	c.closing.Do(c.onClose)
	return err
}
