package assignment

import "sync"

// maxCached bounds how many parsed versions a Cache keeps.
const maxCached = 512

// Cache keeps parsed assignments by the id of their version: a version never changes.
// The zero Cache is empty. It may be used by several goroutines.
type Cache struct {
	mu   sync.Mutex
	byID map[int64]*Spec
}

// Parse returns the assignment of a version; source and c are read the first time only.
func (c *Cache) Parse(version int64, source []byte, in Context) (*Spec, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if spec := c.byID[version]; spec != nil {
		return spec, nil
	}
	spec, err := Parse(source, in)
	if err != nil {
		return nil, err
	}
	if c.byID == nil || len(c.byID) >= maxCached {
		c.byID = make(map[int64]*Spec)
	}
	c.byID[version] = spec
	return spec, nil
}
