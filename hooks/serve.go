package hooks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/sys/unix"

	"github.com/grader/grader/hooks/protocol"
	"github.com/grader/grader/schema"
)

// exchangeTime bounds how long a hook takes to send its request, and to read the reply.
const exchangeTime = 10 * time.Second

var errHookGone = errors.New("the hook is gone")

// serve answers one hook.
func (s *Server) serve(conn net.Conn) error {
	if err := checkPeer(conn); err != nil {
		return err
	}
	request, err := readRequest(conn)
	if err != nil {
		return err
	}
	lines, accepted, err := s.answer(conn, request)
	reply, encodeErr := protocol.Reply{Accepted: accepted, Text: text(lines)}.Encode()
	if encodeErr != nil {
		return errors.Join(err, encodeErr)
	}
	if deadlineErr := conn.SetWriteDeadline(time.Now().Add(exchangeTime)); deadlineErr != nil {
		return errors.Join(err, deadlineErr)
	}
	// Write errors are ignored: the hook has nothing that the server does not know.
	_, _ = conn.Write(reply)
	return err
}

// checkPeer accepts only the server's own account and root, because hooks run as the server's
// account.
func checkPeer(conn net.Conn) error {
	unixConn, ok := conn.(*net.UnixConn)
	if !ok {
		return errors.New("hook connection is not a unix socket")
	}
	raw, err := unixConn.SyscallConn()
	if err != nil {
		return fmt.Errorf("hook peer: %w", err)
	}
	var peer *unix.Ucred
	var peerErr error
	if err := raw.Control(func(fd uintptr) {
		peer, peerErr = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED)
	}); err != nil || peerErr != nil {
		return fmt.Errorf("hook peer: %w", errors.Join(err, peerErr))
	}
	if peer.Uid != 0 && peer.Uid != uint32(os.Geteuid()) {
		return fmt.Errorf("hook peer: user %d is not the server's", peer.Uid)
	}
	return nil
}

func readRequest(conn net.Conn) (protocol.Request, error) {
	if err := conn.SetReadDeadline(time.Now().Add(exchangeTime)); err != nil {
		return protocol.Request{}, err
	}
	var header [protocol.HeaderSize]byte
	if _, err := io.ReadFull(conn, header[:]); err != nil {
		return protocol.Request{}, fmt.Errorf("read hook request: %w", err)
	}
	n, err := protocol.Length(header)
	if err != nil {
		return protocol.Request{}, err
	}
	message := make([]byte, n)
	if _, err := io.ReadFull(conn, message); err != nil {
		return protocol.Request{}, fmt.Errorf("read hook request: %w", err)
	}
	if err := conn.SetReadDeadline(time.Time{}); err != nil {
		return protocol.Request{}, err
	}
	return protocol.DecodeRequest(message)
}

// answer finds the push and calls its handler. The handler's context ends when the hook ends.
func (s *Server) answer(conn net.Conn, r protocol.Request) (lines []string, accepted bool, err error) {
	push := s.find(r.Token)
	if push == nil {
		return []string{"refused: this push is not known to the server. Nothing was counted."}, false, errors.New("a hook brought an unknown token")
	}
	ctx, cancel := context.WithCancelCause(s.ctx)
	defer cancel(nil)
	s.wg.Go(func() {
		// A hook sends one request and then waits, so this read returns when the connection ends.
		_, _ = conn.Read(make([]byte, 1))
		cancel(errHookGone)
	})
	defer func() {
		if p := recover(); p != nil {
			lines, accepted, err = nil, false, fmt.Errorf("hook handler panicked: %v\n%s", p, debug.Stack())
		}
		if !accepted && r.Phase == protocol.PreReceive && lines == nil {
			lines = []string{"refused: something went wrong on our side; it has been logged. Nothing was counted."}
		}
	}()
	return push.serve(ctx, r)
}

// maxText bounds the text of a reply.
const maxText = 32 << 10

// text makes the lines safe for a terminal and ends each with a newline.
func text(lines []string) []byte {
	var b strings.Builder
	for _, line := range lines {
		for part := range strings.SplitSeq(strings.TrimRight(schema.Sanitize(line), "\n"), "\n") {
			if b.Len()+len(part) >= maxText {
				return []byte(b.String())
			}
			b.WriteString(part)
			b.WriteByte('\n')
		}
	}
	return []byte(b.String())
}
