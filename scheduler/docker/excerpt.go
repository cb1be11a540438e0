package docker

import "sync"

// excerptEnd bounds the beginning and the end of an excerpt, each, in bytes.
const excerptEnd = 64 << 10

// excerpt keeps the beginning and the end of what is written to it. Its methods may be called concurrently.
type excerpt struct {
	mu         sync.Mutex
	head, tail []byte
}

// Write implements io.Writer.
func (e *excerpt) Write(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	n := len(p)
	if room := excerptEnd - len(e.head); room > 0 {
		room = min(room, len(p))
		e.head, p = append(e.head, p[:room]...), p[room:]
	}
	e.tail = append(e.tail, p...)
	if extra := len(e.tail) - excerptEnd; extra > excerptEnd {
		e.tail = append(e.tail[:0], e.tail[extra:]...)
	}
	return n, nil
}

// String returns the beginning and the end. A line between them says that something was left out.
func (e *excerpt) String() string {
	e.mu.Lock()
	defer e.mu.Unlock()
	if extra := len(e.tail) - excerptEnd; extra > 0 {
		return string(e.head) + "\n[the middle was left out]\n" + string(e.tail[extra:])
	}
	return string(e.head) + string(e.tail)
}
