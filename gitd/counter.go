package gitd

import "sync"

// counter counts by key up to a limit and removes keys whose count is zero.
type counter[K comparable] struct {
	mu    sync.Mutex
	count map[K]int
}

// enter increments the count of a key. It returns false if the limit is reached.
func (c *counter[K]) enter(key K, limit int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count[key] >= limit {
		return false
	}
	if c.count == nil {
		c.count = make(map[K]int)
	}
	c.count[key]++
	return true
}

func (c *counter[K]) leave(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.count[key]--; c.count[key] <= 0 {
		delete(c.count, key)
	}
}
