package protocol

import "errors"

// Version is the version of the messages. The server refuses a hook of another version.
const Version = 1

// MaxFrame is the maximum size of a message without its length, in bytes.
const MaxFrame = 64 << 10

// These errors are returned by decoding and reading. Only tests and the log distinguish them.
var (
	ErrVersion  = errors.New("hook protocol: another version")
	ErrTooLong  = errors.New("hook protocol: message too long")
	ErrMangled  = errors.New("hook protocol: malformed message")
	ErrTooEarly = errors.New("hook protocol: message cut short")
)

// HeaderSize is the size of a message's length, in bytes.
const HeaderSize = 4

// Length decodes the length that precedes every message, big-endian.
func Length(header [HeaderSize]byte) (int, error) {
	n := int(header[0])<<24 | int(header[1])<<16 | int(header[2])<<8 | int(header[3])
	if n > MaxFrame {
		return 0, ErrTooLong
	}
	return n, nil
}

// frame adds the length and the version before a body.
func frame(body ...[]byte) ([]byte, error) {
	n := 1
	for _, part := range body {
		n += len(part)
	}
	if n > MaxFrame {
		return nil, ErrTooLong
	}
	b := append(make([]byte, 0, HeaderSize+n), byte(n>>24), byte(n>>16), byte(n>>8), byte(n), Version)
	for _, part := range body {
		b = append(b, part...)
	}
	return b, nil
}

// unframe removes the version from a message that has no length.
func unframe(message []byte) ([]byte, error) {
	if len(message) == 0 {
		return nil, ErrMangled
	}
	if message[0] != Version {
		return nil, ErrVersion
	}
	return message[1:], nil
}
