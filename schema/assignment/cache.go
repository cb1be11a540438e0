package assignment

import "sync"

// maxCached bounds the number of parsed versions in a Cache.
const maxCached = 512

// Cache keeps parsed assignments by the id of their version, which never changes, and by the
// course's time zone, which course.yaml can change. The zero Cache is empty. It is safe for
// concurrent use.
type Cache struct {
	mu    sync.Mutex
	specs map[cacheKey]*Spec
}

type cacheKey struct {
	version int64
	zone    string
}

// Parse returns the assignment of a version. It reads source and in only the first time, except for
// the zone.
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
