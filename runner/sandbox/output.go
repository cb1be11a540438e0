package sandbox

import (
	"os"
	"sync"
)

// capture reads one output of a step. It keeps at most max bytes, and reports once if there are
// more.
type capture struct {
	max  int64
	over func()
	each func([]byte) // may be nil

	mu   sync.Mutex
	data []byte
	seen int64
}

// readAll reads until no process has the other end open, or f is closed.
func (c *capture) readAll(f *os.File) {
	buf := make([]byte, 64<<10)
	for {
		n, err := f.Read(buf)
		if n > 0 {
			c.take(buf[:n])
		}
		if err != nil {
			return
		}
	}
}

func (c *capture) take(chunk []byte) {
	c.mu.Lock()
	before := c.seen
	c.seen += int64(len(chunk))
	kept := chunk[:max(0, min(int64(len(chunk)), c.max-before))]
	c.data = append(c.data, kept...)
	over := before <= c.max && c.seen > c.max
	c.mu.Unlock()
	if len(kept) > 0 && c.each != nil {
		c.each(kept)
	}
	if over {
		c.over()
	}
}

func (c *capture) bytes() []byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.data
}

// oneAtATime makes f safe for concurrent calls by the readers of both outputs.
func oneAtATime(f func([]byte)) func([]byte) {
	if f == nil {
		return nil
	}
	var mu sync.Mutex
	return func(b []byte) {
		mu.Lock()
		defer mu.Unlock()
		f(b)
	}
}
