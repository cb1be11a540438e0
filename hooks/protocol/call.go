package protocol

import (
	"errors"
	"syscall"
)

// patience is how long, in seconds, a hook waits for each step of an exchange. The server's own
// limits are far shorter.
const patience = 120

// Call sends a request to the server at a unix socket and returns its reply.
func Call(socket string, r Request) (Reply, error) {
	message, err := r.Encode()
	if err != nil {
		return Reply{}, err
	}
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return Reply{}, err
	}
	defer syscall.Close(fd) //nolint:errcheck // the exchange is over
	for _, option := range []int{syscall.SO_RCVTIMEO, syscall.SO_SNDTIMEO} {
		if err := syscall.SetsockoptTimeval(fd, syscall.SOL_SOCKET, option, &syscall.Timeval{Sec: patience}); err != nil {
			return Reply{}, err
		}
	}
	if err := connect(fd, socket); err != nil {
		return Reply{}, err
	}
	if err := WriteAll(fd, message); err != nil {
		return Reply{}, err
	}
	return readReply(fd)
}

func connect(fd int, socket string) error {
	for {
		err := syscall.Connect(fd, &syscall.SockaddrUnix{Name: socket})
		if !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

func readReply(fd int) (Reply, error) {
	var header [HeaderSize]byte
	if err := readFull(fd, header[:]); err != nil {
		return Reply{}, err
	}
	n, err := Length(header)
	if err != nil {
		return Reply{}, err
	}
	message := make([]byte, n)
	if err := readFull(fd, message); err != nil {
		return Reply{}, err
	}
	return DecodeReply(message)
}

// WriteAll writes all of b to a descriptor.
func WriteAll(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := syscall.Write(fd, b)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return err
		}
		b = b[max(n, 0):]
	}
	return nil
}

func readFull(fd int, b []byte) error {
	for len(b) > 0 {
		n, err := syscall.Read(fd, b)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return err
		case n == 0:
			return ErrTooEarly
		default:
			b = b[n:]
		}
	}
	return nil
}

// ReadUpTo reads a descriptor to its end. It returns ErrTooLong if there are more than max bytes.
func ReadUpTo(fd, max int) ([]byte, error) {
	b := make([]byte, max+1)
	for n := 0; n < len(b); {
		k, err := syscall.Read(fd, b[n:])
		switch {
		case errors.Is(err, syscall.EINTR):
		case err != nil:
			return nil, err
		case k == 0:
			return b[:n], nil
		default:
			n += k
		}
	}
	return nil, ErrTooLong
}
