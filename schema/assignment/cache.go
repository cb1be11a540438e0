package assignment

import "sync"

// maxCached bounds how many parsed versions a Cache keeps.
const maxCached = 512

// Cache keeps parsed assignments by the id of their version, which never changes, and
// the course's time zone, which course.yaml can change. The zero Cache is empty. It may
// be used by several goroutines.
type Cache struct {
	mu    sync.Mutex
	specs map[cacheKey]*Spec
}

type cacheKey struct {
	version int64
	zone    string
}

// Parse returns the assignment of a version; source and in are read the first time only,
// but for the zone.
func (c *Cache) Parse(version int64, source []byte, in Context) (*Spec, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := cacheKey{version: version}
	if in.Zone != nil {
		key.zone = in.Zone.String()
	}
	if spec := c.specs[key]; spec != nil {
		return spec, nil
	}
	spec, err := Parse(source, in)
	if err != nil {
		return nil, err
	}
	if c.specs == nil || len(c.specs) >= maxCached {
		c.specs = make(map[cacheKey]*Spec)
	}
	c.specs[key] = spec
	return spec, nil
}
