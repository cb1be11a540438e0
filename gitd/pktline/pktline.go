package pktline

import (
	"errors"
	"fmt"
	"io"
)

// MaxPayload is the longest payload of one pkt-line, in bytes.
const MaxPayload = 65516

// Flush is the flush-pkt.
const Flush = "0000"

// ErrMalformed is returned if the input is not a valid pkt-line.
var ErrMalformed = errors.New("malformed pkt-line")

const hexDigits = "0123456789abcdef"

// Append appends one pkt-line with the payload, which must not be longer than MaxPayload.
func Append(dst []byte, payload string) []byte {
	return append(appendLength(dst, len(payload)+4), payload...)
}

func appendLength(dst []byte, n int) []byte {
	return append(dst, hexDigits[n>>12&15], hexDigits[n>>8&15], hexDigits[n>>4&15], hexDigits[n&15])
}

// Read reads exactly one pkt-line, so that what follows, such as a pack, stays in the stream. The
// payload is in buf, which grows if it is too small. flush is true for a flush-pkt. At the end of
// the stream Read returns io.EOF, and for any other special packet ErrMalformed.
func Read(r io.Reader, buf []byte) (payload []byte, flush bool, err error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, false, err
	}
	n, ok := parseLength(head)
	switch {
	case !ok || n > 0 && n < 4 || n > MaxPayload+4:
		return nil, false, fmt.Errorf("%w: length %q", ErrMalformed, head)
	case n == 0:
		return nil, true, nil
	}
	n -= 4
	if cap(buf) < n {
		buf = make([]byte, n)
	}
	buf = buf[:n]
	if _, err := io.ReadFull(r, buf); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, false, err
	}
	return buf, false, nil
}

func parseLength(head [4]byte) (int, bool) {
	n := 0
	for _, c := range head {
		switch {
		case c >= '0' && c <= '9':
			n = n<<4 | int(c-'0')
		case c >= 'a' && c <= 'f':
			n = n<<4 | int(c-'a'+10)
		case c >= 'A' && c <= 'F':
			n = n<<4 | int(c-'A'+10)
		default:
			return 0, false
		}
	}
	return n, true
}

// Ended reports whether b consists of whole pkt-lines, and only the last one is a flush-pkt.
func Ended(b []byte) bool {
	for len(b) >= 4 {
		n, ok := parseLength([4]byte(b))
		switch {
		case ok && n == 0:
			return len(b) == 4
		case !ok || n < 4 || n > len(b):
			return false
		}
		b = b[n:]
	}
	return false
}
